"""Backoff: training alone for a while when sharing batches costs more than it brings, as on a busy machine."""

from __future__ import annotations

from collections.abc import Callable

_FIRST_SECONDS, _LONGEST_SECONDS = 0.1, 3.2
"""How long to train alone before the other workers are tried again; doubled each time they still prove slow."""
_WINDOW_SECONDS, _FEWEST = 0.1, 32
"""The least duration and number of tasks judged together. A single slow task is chance, and a viewer that draws curves
is busy for 20 ms at a time, several times a second, which is no reason to train alone for longer.
"""
_WORTH = 1.75
"""Limit of elapsed time over our own processor time; above it, sharing is hardly faster than doing every share here."""


class Backoff:
    """Compares how long shared tasks take with the processor time this process spends on its own shares.

    Processor time reveals more than late workers: if other programs want the processors too, each further process of
    ours makes all of them wait.
    """

    def __init__(self, clock: Callable[[], float], computing: Callable[[], float]) -> None:
        """`clock` returns the elapsed seconds, `computing` the processor seconds of this thread."""
        self._clock, self._computing = clock, computing
        self._until = float("-inf")
        self._pause = _FIRST_SECONDS
        self._tasks = 0
        self._elapsed = self._computed = 0.0
        self._began = self._began_computing = 0.0

    def resting(self) -> bool:
        """Whether this process should do the next task alone."""
        return self._clock() < self._until

    def begin(self) -> None:
        """Called when a task is handed out."""
        self._began, self._began_computing = self._clock(), self._computing()

    def own_share_done(self) -> None:
        """Called when the shares done by this process are done."""
        self._computed += self._computing() - self._began_computing

    def all_done(self) -> None:
        """Called when all shares are done; at the end of a window it decides whether to back off."""
        self._elapsed += self._clock() - self._began
        self._tasks += 1
        if self._elapsed < _WINDOW_SECONDS or self._tasks < _FEWEST:
            return
        if self._elapsed > _WORTH * self._computed:
            self._until = self._clock() + self._pause
            self._pause = min(2 * self._pause, _LONGEST_SECONDS)
        else:
            self._pause = _FIRST_SECONDS
        self._tasks, self._elapsed, self._computed = 0, 0.0, 0.0
