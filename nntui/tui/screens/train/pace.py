"""How far a run is, how fast it goes, and how long it will take."""

from __future__ import annotations

import math

import numpy as np

from nntui.runs.events import RunStarted
from nntui.runs.status import Status
from nntui.tui.follow import Sighting
from nntui.tui.widgets.progress_line import Progress

_RECENT_EPOCHS = 6
_RECENT_STEPS = 50


def progress_of(sighting: Sighting) -> Progress | None:
    """The progress line of a run; None before it started. Time left is told only while it runs."""
    started = sighting.started
    if started is None:
        return None
    planned = started.epochs * started.steps_per_epoch
    running = sighting.status is Status.RUNNING
    return Progress(
        epoch=_epoch(sighting),
        epochs=started.epochs,
        fraction=sighting.step / planned if planned else 0.0,
        samples_per_second=_samples_per_second(sighting, started),
        eta=(planned - sighting.step) * _seconds_per_step(sighting, started) if running else None,
        learning_rate=sighting.learning_rate,
    )


def _epoch(sighting: Sighting) -> int:
    steps = int(sighting.steps.epoch[-1]) if len(sighting.steps) else 0
    return max(steps, sighting.epochs[-1].epoch if sighting.epochs else 0)


def _samples_per_second(sighting: Sighting, started: RunStarted) -> float | None:
    if sighting.epochs:
        rate = sighting.epochs[-1].samples_per_second
        return rate if math.isfinite(rate) else None
    seconds = _seconds_between_steps(sighting)
    return started.batch_size / seconds if seconds > 0 else None


def _seconds_per_step(sighting: Sighting, started: RunStarted) -> float:
    """Wall time, evaluation included; NaN while unknown."""
    times = [epoch.time for epoch in sighting.epochs[-_RECENT_EPOCHS:]]
    if len(times) > 1 and started.steps_per_epoch:
        # The median: an epoch with a pause in it says nothing of the next.
        return float(np.median(np.diff(times))) / started.steps_per_epoch
    return _seconds_between_steps(sighting)


def _seconds_between_steps(sighting: Sighting) -> float:
    times, steps = sighting.steps.time[-_RECENT_STEPS:], sighting.steps.step[-_RECENT_STEPS:]
    if len(steps) < 2 or steps[-1] <= steps[0]:
        return math.nan
    return float((times[-1] - times[0]) / (steps[-1] - steps[0]))
