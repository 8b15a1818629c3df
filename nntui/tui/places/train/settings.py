"""The settings of a run that may be changed while it trains, as its log has them by now."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from nntui.modelfile.tunable import BATCH_SIZE, Tunable
from nntui.runs.follow.follower import RunSnapshot

EPOCHS_HINT = " +100 is as many more."


def at_present(model: Mapping[str, Tunable], snapshot: RunSnapshot) -> dict[str, Tunable]:
    """The settings with their present values: those of the model, or what they were changed to."""
    values = dict(snapshot.settings)
    if snapshot.started is not None:
        values["epochs"] = snapshot.started.epochs
    return {name: dataclasses.replace(each, value=values.get(name, each.value)) for name, each in model.items()}


def epoch_of(snapshot: RunSnapshot | None) -> int:
    """The epoch that is being trained, or was last; 0 before the first step."""
    if snapshot is None:
        return 0
    steps = int(snapshot.steps.epoch[-1]) if len(snapshot.steps) else 0
    return max(steps, snapshot.epochs[-1].epoch if snapshot.epochs else 0)


def fixed_words(snapshot: RunSnapshot) -> str:
    """What stays as it is, and why."""
    size = f" {snapshot.started.batch_size}" if snapshot.started is not None else ""
    return f"batch_size{size} stays: {BATCH_SIZE}."
