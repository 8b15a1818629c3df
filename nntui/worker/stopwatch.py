"""A clock for training that can be stopped."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """Seconds of an underlying clock, without those between `stop` and `start`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lost = 0.0
        self._stopped_at: float | None = None

    def __call__(self) -> float:
        """The seconds so far, constant while stopped."""
        now = self._clock() if self._stopped_at is None else self._stopped_at
        return now - self._lost

    def stop(self) -> None:
        """Stops the clock until `start`; stopping twice is the same as once."""
        if self._stopped_at is None:
            self._stopped_at = self._clock()

    def start(self) -> None:
        """Continues from where it stopped."""
        if self._stopped_at is not None:
            self._lost += self._clock() - self._stopped_at
            self._stopped_at = None
