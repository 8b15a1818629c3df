"""How long a run will still take, from the times of its events alone."""

from __future__ import annotations

import math
import statistics
from collections import deque

from nntui.runs.events import EpochEnded, Event, RunStarted, Step

_RECENT = 6


class Pace:
    """Seconds a step takes by the wall clock, evaluation included."""

    def __init__(self) -> None:
        self._started: RunStarted | None = None
        self._from: Event | None = None
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._seconds_per_step = math.nan

    def update(self, event: Event) -> None:
        """Takes in the next event of the run."""
        if isinstance(event, RunStarted):
            self._started = self._from = event
            self._recent.clear()
        if self._from is None or not isinstance(event, (Step, EpochEnded)) or event.step <= self._from.step:
            return
        each = (event.time - self._from.time) / (event.step - self._from.step)
        if isinstance(event, EpochEnded):
            self._recent.append(each)
            self._from = event
        # The median: an epoch with a pause in it says nothing of the next.
        self._seconds_per_step = statistics.median(self._recent) if self._recent else each

    def seconds_left(self, step: int) -> float:
        """Seconds from this step to the end; NaN while unknown."""
        if self._started is None:
            return math.nan
        planned = self._started.epochs * self._started.steps_per_epoch
        return max(planned - step, 0) * self._seconds_per_step
