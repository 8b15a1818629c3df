"""Looking for garbage that holds itself when nobody waits for an answer.

A look at all there is takes as long as an answer to a key may, 40 to 90 ms beside a training; Python would take it in
the middle of a drawing, every few seconds while keys are pressed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

LOOK_SECONDS = 15.0
"""Between chances to look."""
_QUIET_SECONDS = 1.0
"""After a key, in which the next one is expected."""
_MOST_SECONDS = 60.0
"""For which it is put off by keys that never end."""
_YOUNG, _OLDER, _NEVER = 1000, 3, 1_000_000
"""New objects between looks at those alone (under 1 ms), such looks between looks at what those left (3 ms)."""


class GcPauses:
    """Tells the collector of this process when to look at everything."""

    def __init__(self, *, collect: Callable[[], object] = gc.collect, clock: Callable[[], float] = time.monotonic):
        """`clock` gives seconds."""
        self._collect, self._clock = collect, clock
        self._last_key = self._last_look = clock()

    @staticmethod
    def take_over() -> None:
        """Lets what there is so far be, and leaves only new objects to Python's own looks."""
        gc.freeze()
        gc.set_threshold(_YOUNG, _OLDER, _NEVER)

    def key(self) -> None:
        """A key was pressed."""
        self._last_key = self._clock()

    def look(self) -> None:
        """Looks at everything, unless a key is expected; to be called every `LOOK_SECONDS`."""
        now = self._clock()
        if now - self._last_key >= _QUIET_SECONDS or now - self._last_look >= _MOST_SECONDS:
            self._last_look = now
            self._collect()
