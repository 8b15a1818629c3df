"""How far a run is, how fast it goes, and how long it will take."""

from __future__ import annotations

import math

from nntui.runs.events import RunStarted
from nntui.runs.follow.follower import Sighting
from nntui.runs.pace import RECENT_EPOCHS, RECENT_STEPS, Moment, seconds_left, seconds_per_step
from nntui.runs.status import Status
from nntui.tui.places.train.settings import epoch_of
from nntui.tui.widgets.progress_line import Progress


def progress_of(sighting: Sighting) -> Progress | None:
    """The progress line of a run; None before it started. Time left is told only while it runs."""
    started = sighting.started
    if started is None:
        return None
    planned = started.epochs * started.steps_per_epoch
    running = sighting.status is Status.RUNNING
    return Progress(
        epoch=epoch_of(sighting),
        epochs=started.epochs,
        fraction=sighting.step / planned if planned else 0.0,
        samples_per_second=_samples_per_second(sighting, started),
        eta=seconds_left(started, sighting.step, _seconds_per_step(sighting, started)) if running else None,
        learning_rate=sighting.learning_rate,
    )


def _samples_per_second(sighting: Sighting, started: RunStarted) -> float | None:
    if sighting.epochs:
        rate = sighting.epochs[-1].samples_per_second
        return rate if math.isfinite(rate) else None
    seconds = seconds_per_step((), _moments(sighting, started))
    return started.batch_size / seconds if seconds > 0 else None


def _seconds_per_step(sighting: Sighting, started: RunStarted) -> float:
    newest = [(epoch.step, epoch.time) for epoch in sighting.epochs[-RECENT_EPOCHS:] if epoch.step > started.from_step]
    ends = newest if len(newest) == RECENT_EPOCHS else [(started.from_step, started.time), *newest]
    return seconds_per_step(ends, _moments(sighting, started))


def _moments(sighting: Sighting, started: RunStarted) -> list[Moment]:
    steps = sighting.steps.step[-RECENT_STEPS:]
    found = list(zip(steps.tolist(), sighting.steps.time[-RECENT_STEPS:].tolist(), strict=True))
    found = [moment for moment in found if moment[0] > started.from_step]
    return found if len(found) == RECENT_STEPS else [(started.from_step, started.time), *found]
