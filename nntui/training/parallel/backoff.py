"""Backoff: where other workers cost more than they bring, as beside a busy neighbour, one trains alone."""

from __future__ import annotations

from collections.abc import Callable

_FIRST_SECONDS, _LONGEST_SECONDS = 0.1, 3.2
"""To go on alone before the partners are tried again; doubled while they prove slow each time."""
_WINDOW_SECONDS, _FEWEST = 0.1, 32
"""Tasks that are looked at together, so long and so many: a slow one is chance, and who draws curves is busy for 20 ms
at a time, several times a second, which is no reason to go on alone for longer than that.
"""
_WORTH = 1.75
"""Times what one computed oneself. Taking longer, all in all one is hardly quicker than doing every share alone."""


class Backoff:
    """Watches how long tasks take with partners, compared with how long one computed oneself.

    What one computed is counted in time of the processor, so that not only partners that are late are noticed: where
    others want the processors too, each more process of ours makes all of them wait.
    """

    def __init__(self, clock: Callable[[], float], computing: Callable[[], float]) -> None:
        """`clock` and `computing` say the seconds that have gone by, and those this process has computed."""
        self._clock, self._computing = clock, computing
        self._until = float("-inf")
        self._length = _FIRST_SECONDS
        self._seen = 0
        self._taken = self._computed = 0.0
        self._began = self._began_computing = 0.0

    def resting(self) -> bool:
        """Whether to do this task alone."""
        return self._clock() < self._until

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
        if self._taken < _WINDOW_SECONDS or self._seen < _FEWEST:
            return
        if self._taken > _WORTH * self._computed:
            self._until = self._clock() + self._length
            self._length = min(2 * self._length, _LONGEST_SECONDS)
        else:
            self._length = _FIRST_SECONDS
        self._seen, self._taken, self._computed = 0, 0.0, 0.0
