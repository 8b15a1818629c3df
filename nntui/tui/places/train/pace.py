"""How far a run is, how fast it goes, and how long it will take."""

from __future__ import annotations

import math

from nntui.runs.events import RunStarted
from nntui.runs.follow.follower import RunSnapshot
from nntui.runs.pace import RECENT_EPOCHS, RECENT_STEPS, Moment, seconds_left, seconds_per_step
from nntui.runs.status import Status
from nntui.tui.places.train.settings import epoch_of
from nntui.tui.widgets.progress_line import Progress


def progress_of(snapshot: RunSnapshot) -> Progress | None:
    """The progress line of a run; None before it started. Time left is told only while it runs."""
    started = snapshot.started
    if started is None:
        return None
    planned = started.epochs * started.steps_per_epoch
    running = snapshot.status is Status.RUNNING
    return Progress(
        epoch=epoch_of(snapshot),
        epochs=started.epochs,
        fraction=snapshot.step / planned if planned else 0.0,
        samples_per_second=_samples_per_second(snapshot, started),
        eta=seconds_left(started, snapshot.step, _seconds_per_step(snapshot, started)) if running else None,
        learning_rate=snapshot.learning_rate,
    )


def _samples_per_second(snapshot: RunSnapshot, started: RunStarted) -> float | None:
    if snapshot.epochs:
        rate = snapshot.epochs[-1].samples_per_second
        return rate if math.isfinite(rate) else None
    seconds = seconds_per_step((), _moments(snapshot, started))
    return started.batch_size / seconds if seconds > 0 else None


def _seconds_per_step(snapshot: RunSnapshot, started: RunStarted) -> float:
    newest = [(epoch.step, epoch.time) for epoch in snapshot.epochs[-RECENT_EPOCHS:] if epoch.step > started.from_step]
    ends = newest if len(newest) == RECENT_EPOCHS else [(started.from_step, started.time), *newest]
    return seconds_per_step(ends, _moments(snapshot, started))


def _moments(snapshot: RunSnapshot, started: RunStarted) -> list[Moment]:
    steps = snapshot.steps.step[-RECENT_STEPS:]
    found = list(zip(steps.tolist(), snapshot.steps.time[-RECENT_STEPS:].tolist(), strict=True))
    found = [moment for moment in found if moment[0] > started.from_step]
    return found if len(found) == RECENT_STEPS else [(started.from_step, started.time), *found]
