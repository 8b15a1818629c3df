"""Rest: when partners cost more than they bring, as beside a busy neighbour, one goes on alone for a while."""

from __future__ import annotations

from collections.abc import Callable

_FIRST, _LONGEST = 64, 4096
"""Tasks to do alone before the partners are tried again; doubled while they prove slow each time."""
_WINDOW = 32
"""Tasks that are looked at together: a single slow one is chance."""
_WORTH = 0.75
"""Of the time of one's own share. Waiting for longer, all in all one is hardly quicker than doing every share alone."""


class Rest:
    """Watches how long the partners keep one waiting, compared with how long one worked oneself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = 0
        self._length = _FIRST
        self._seen = 0
        self._worked = self._waited = 0.0
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
        """The last share is done, by whomever; after the last task of a window it is decided whether to rest."""
        self._worked += self._own - self._began
        self._waited += self._clock() - self._own
        self._seen += 1
        if self._seen < _WINDOW:
            return
        if self._waited > _WORTH * self._worked:
            self._left = self._length
            self._length = min(2 * self._length, _LONGEST)
        else:
            self._length = _FIRST
        self._seen, self._worked, self._waited = 0, 0.0, 0.0
