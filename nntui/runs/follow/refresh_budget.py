"""How often to tell what nobody asked for, so that showing a training does not slow it down."""

from __future__ import annotations

import time
from collections.abc import Callable

_SHARE = 0.025
"""Of one processor, that this process may take all in all: a training on every processor waits for what it takes."""
_LEAST_SECONDS, _MOST_SECONDS = 0.25, 1.0


class RefreshBudget:
    """Turns what the last news cost into the time until the next."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, computing: Callable[[], float] = time.process_time
    ) -> None:
        """`clock` and `computing` say the seconds that have gone by, and those this process has computed."""
        self._clock, self._computing = clock, computing
        self._computed: float | None = None
        self._due = float("-inf")

    @property
    def seconds_left(self) -> float:
        """Until there may be news again; 0 where that is now."""
        return max(self._due - self._clock(), 0.0)

    def spend(self) -> None:
        """There is news now: what was computed since the last has to be made up for."""
        computed = self._computing()
        cost = 0.0 if self._computed is None else computed - self._computed
        self._computed = computed
        self._due = self._clock() + min(max(cost / _SHARE, _LEAST_SECONDS), _MOST_SECONDS)
