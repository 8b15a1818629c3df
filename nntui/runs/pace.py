"""Estimating how long a run will still take, from the times of its events alone."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from nntui.runs.events import EpochEnded, Event, HyperparameterChanged, RunStarted, Step

Moment = tuple[int, float]
"""A step, and its time in seconds."""

RECENT_EPOCHS, RECENT_STEPS = 6, 50
"""How many of the newest the pace of a run is measured over."""


def seconds_per_step(ends: Sequence[Moment], steps: Sequence[Moment]) -> float:
    """Wall-clock seconds per step, including evaluation; NaN while unknown.

    `ends` are the start and the ends of the newest epochs, `steps` the newest steps, which are used until there are
    two ends; both in chronological order.
    """
    paces = [(time - before) / (step - since) for (since, before), (step, time) in pairwise(ends) if step > since]
    if paces:
        # The median, so that an epoch with a pause in it does not count.
        return statistics.median(paces)
    if len(steps) < 2 or steps[-1][0] <= steps[0][0]:
        return math.nan
    return (steps[-1][1] - steps[0][1]) / (steps[-1][0] - steps[0][0])


def seconds_left(started: RunStarted, step: int, step_seconds: float) -> float:
    """Seconds from this step to the planned end at `step_seconds` per step; NaN if that is NaN."""
    return max(started.epochs * started.steps_per_epoch - step, 0) * step_seconds


class Pace:
    """The pace of a run, updated event by event."""

    def __init__(self) -> None:
        self._started: RunStarted | None = None
        self._ends: deque[Moment] = deque(maxlen=RECENT_EPOCHS + 1)
        self._steps: deque[Moment] = deque(maxlen=RECENT_STEPS)

    def update(self, event: Event) -> None:
        """Adds the next event of the run."""
        moment = (event.step, event.time)
        if isinstance(event, RunStarted):
            self._started = event
            self._ends.clear()
            self._steps.clear()
        if isinstance(event, HyperparameterChanged) and self._started is not None:
            self._started = self._started.after(event)
        if isinstance(event, (RunStarted, EpochEnded)):
            self._ends.append(moment)
        if isinstance(event, (RunStarted, Step)):
            self._steps.append(moment)

    def seconds_left(self, step: int) -> float:
        """Seconds from this step to the end; NaN while unknown."""
        if self._started is None:
            return math.nan
        return seconds_left(self._started, step, seconds_per_step(self._ends, self._steps))
