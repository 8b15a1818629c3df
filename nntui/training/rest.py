"""Rest: when partners cost more than they bring, as beside a busy neighbour, one goes on alone for a while."""

from __future__ import annotations

from collections.abc import Callable

_FIRST, _LONGEST = 64, 4096
"""Tasks to do alone before the partners are tried again; doubled each time they prove slow once more."""
_SUSPECT = 8
"""Slow tasks in a row after which a rest begins: a single one is chance."""


class Rest:
    """Watches how long the partners keep one waiting, compared with how long one worked oneself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = 0
        self._length = _FIRST
        self._slow = 0
        self._began = self._own = 0.0

    def resting(self) -> bool:
        """Whether to do this task alone; counts it."""
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def begin(self) -> None:
        """A task is handed out."""
        self._began = self._clock()

    def own_share_done(self) -> None:
        """One's own share of it is done."""
        self._own = self._clock()

    def all_done(self) -> None:
        """The last share is done. Waiting for longer than one's own share took is slower than doing both."""
        waited = self._clock() - self._own
        if waited <= self._own - self._began:
            self._slow = 0
            return
        self._slow += 1
        if self._slow == _SUSPECT:
            self._slow = 0
            self._left = self._length
            self._length = min(2 * self._length, _LONGEST)
