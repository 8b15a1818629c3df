"""A run in words: how it stands, what it was started with, and where that differs from the run above it."""

from __future__ import annotations

from nntui.display.status import mark, tone
from nntui.runs.chosen_settings import differences
from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.places.runs.listing import RunRow
from nntui.tui.places.train.status_text import second_note, state_notes
from nntui.tui.widgets.panel import PanelLine

_FIRST = (("data", "data.validation"), ("layers",), ("optimizer", "learning_rate"), ("epochs", "batch_size", "seed"),
          ("loss",))  # fmt: skip
"""Settings in this order, those together on one line; the others follow as the file has them."""
_NAME = 24
"""Cells of a setting's name at most; longer ones push their text to the right."""
_MOST_DIFFERENCES = 7


def fact_lines(row: RunRow, above: RunRow | None, snapshot: RunSnapshot | None) -> list[PanelLine]:
    """The lines; without a `snapshot` of the log, what the table knows."""
    return [*_state(row, snapshot), [], *_differences(row, above), [], *_settings(row, snapshot)]


def difference_lines(row: RunRow, above: RunRow) -> list[PanelLine]:
    """One line for each setting that differs, `learning_rate 0.01 -> 0.03`; the last one counts those left out."""
    found = differences(above.summary.settings, row.summary.settings)
    shown = found if len(found) <= _MOST_DIFFERENCES else found[: _MOST_DIFFERENCES - 1]
    lines: list[PanelLine] = [[(f"{name} ", ""), (f"{before} -> {after}", "warn")] for name, before, after in shown]
    return lines if len(shown) == len(found) else [*lines, [(f"and {len(found) - len(shown)} more", "muted")]]


def _state(row: RunRow, snapshot: RunSnapshot | None) -> list[PanelLine]:
    status = row.summary.status
    if snapshot is None:
        return [[(f"{mark(status)} {status}", tone(status))]]
    # Keys of Train mean nothing here, and R stands in the key line.
    notes = [note for note in state_notes(snapshot, "") if not note[0].startswith(("space ", "R "))]
    advice = second_note(snapshot)
    return [[note] for note in (*notes, *([advice] if advice is not None else []))]


def _differences(row: RunRow, above: RunRow | None) -> list[PanelLine]:
    if above is None:
        return [[("differs from the row above: none is above", "muted")]]
    lines = difference_lines(row, above)
    if not lines:
        return [[("differs from the row above: ", "muted"), ("nothing", "")]]
    return [[("differs from the row above:", "muted")], *lines]


def _settings(row: RunRow, snapshot: RunSnapshot | None) -> list[PanelLine]:
    settings = dict(row.summary.settings)
    if not settings:
        return [[("settings: model.toml cannot be read", "bad")]]
    pairs = {"model": row.summary.model}
    for first, *others in _FIRST:
        if first in settings:
            beside = [f"{name.removeprefix('data.')} {settings.pop(name)}" for name in others if name in settings]
            pairs[first] = ", ".join([settings.pop(first), *beside])
    if row.summary.parameters:
        pairs["parameters"] = f"{row.summary.parameters:,}"
    started = snapshot.started if snapshot is not None else None
    if started is not None:
        pairs["samples"] = f"{started.train_samples:,} train, {started.val_samples:,} val"
    pairs |= settings
    room = min(max(map(len, pairs)), _NAME)
    return [[("settings", "muted")], *([(f"{name:<{room}}  ", "muted"), (text, "")] for name, text in pairs.items())]
