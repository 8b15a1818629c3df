"""How often to refresh a screen unasked, so that showing a training does not slow it down."""

from __future__ import annotations

import time
from collections.abc import Callable

_SHARE = 0.025
"""Of one processor, for this process as a whole: a training on every processor waits for what it takes."""
_LEAST_SECONDS, _MOST_SECONDS = 0.25, 1.0


class RefreshBudget:
    """Turns the cost of the last refresh into the time until the next."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, computing: Callable[[], float] = time.process_time
    ) -> None:
        """`clock` returns the elapsed seconds, `computing` the processor seconds of this process."""
        self._clock, self._computing = clock, computing
        self._computed: float | None = None
        self._due = float("-inf")

    @property
    def seconds_left(self) -> float:
        """Seconds until the next refresh is due; 0 if it is due now."""
        return max(self._due - self._clock(), 0.0)

    def spend(self) -> None:
        """Record a refresh: the processor time since the last one sets the wait until the next."""
        computed = self._computing()
        cost = 0.0 if self._computed is None else computed - self._computed
        self._computed = computed
        self._due = self._clock() + min(max(cost / _SHARE, _LEAST_SECONDS), _MOST_SECONDS)
