"""What the crosshair of a chart says of the epoch it stands at."""

from __future__ import annotations

import numpy as np

from nntui.display.numbers import compact
from nntui.runs.events import EpochEnded
from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.places.train.curves import XAxis, metric_of, places_of
from nntui.tui.widgets.epoch_columns import in_order, short
from nntui.tui.widgets.note_line import Note

_DIGITS = 7
"""Cells for a value."""


def epoch_at(snapshot: RunSnapshot, axis: XAxis, x: float) -> EpochEnded | None:
    """The epoch whose end is nearest to a place on the x axis; None before one has ended.

    It is the one that the values of the dotted curves there are of.
    """
    if not snapshot.epochs:
        return None
    ends = places_of(np.array([float(epoch.step) for epoch in snapshot.epochs]), snapshot, axis)
    return snapshot.epochs[int(np.abs(ends - x).argmin())]


def words_at(snapshot: RunSnapshot, axis: XAxis, x: float) -> str:
    """'epoch 12', which stands below the chart beside the place."""
    epoch = epoch_at(snapshot, axis, x)
    return f"epoch {epoch.epoch:,}" if epoch is not None else ""


def row_at(snapshot: RunSnapshot, axis: XAxis, x: float) -> list[Note]:
    """The epoch's row: its number, its metrics in the order of the epoch table, learning rate and seconds."""
    epoch = epoch_at(snapshot, axis, x)
    if epoch is None:
        return [("┊ no epoch has ended", "muted")]
    values = [(short(name), epoch.metrics[name]) for name in in_order(epoch.metrics, metric_of(snapshot))]
    values.append(("lr", epoch.learning_rate))
    return [
        (f"┊ epoch {epoch.epoch:,}", "strong"),
        *((f"{name} {compact(value, _DIGITS)}", "plain") for name, value in values),
        (f"{compact(epoch.seconds, 5)} s", "muted"),
    ]
