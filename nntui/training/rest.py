"""Rest: when partners cost more than they bring, as beside a busy neighbour, one goes on alone for a while."""

from __future__ import annotations

from collections.abc import Callable

_FIRST, _LONGEST = 64, 4096
"""Tasks to do alone before the partners are tried again; doubled while they prove slow each time."""
_WINDOW = 32
"""Tasks that are looked at together: a single slow one is chance."""
_WORTH = 1.75
"""Times what one computed oneself. Taking longer, all in all one is hardly quicker than doing every share alone."""


class Rest:
    """Watches how long tasks take with partners, compared with how long one computed oneself.

    What one computed is counted in time of the processor, so that not only partners that are late are noticed: where
    others want the processors too, each more process of ours makes all of them wait.
    """

    def __init__(self, clock: Callable[[], float], computing: Callable[[], float]) -> None:
        """`clock` and `computing` say the seconds that have gone by, and those this process has computed."""
        self._clock, self._computing = clock, computing
        self._left = 0
        self._length = _FIRST
        self._seen = 0
        self._taken = self._computed = 0.0
        self._began = self._began_computing = 0.0

    def resting(self) -> bool:
        """Whether to do this task alone; counts it."""
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def begin(self) -> None:
        """A task is handed out."""
        self._began, self._began_computing = self._clock(), self._computing()

    def own_share_done(self) -> None:
        """One's own share of it is done."""
        self._computed += self._computing() - self._began_computing

    def all_done(self) -> None:
        """The last share is done, by whomever; after the last task of a window it is decided whether to rest."""
        self._taken += self._clock() - self._began
        self._seen += 1
        if self._seen < _WINDOW:
            return
        if self._taken > _WORTH * self._computed:
            self._left = self._length
            self._length = min(2 * self._length, _LONGEST)
        else:
            # Whoever draws curves is busy for a moment again and again: that is no reason for long rests.
            self._length = _FIRST
        self._seen, self._taken, self._computed = 0, 0.0, 0.0
