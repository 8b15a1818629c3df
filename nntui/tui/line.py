"""The line to the terminal: whether what was last sent has come out at its other end.

A slow line holds seconds of frames in buffers nobody here can look into, and an answer to a key waits behind all of
them. So after a frame that nobody asked for, the terminal is asked where its cursor is; it says so once it has drawn
everything before the question. Until then there is no use in another such frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App

_WHERE_IS_THE_CURSOR = "\x1b[6n"
_PATIENCE_SECONDS = 5.0
"""After which an answer is taken to be lost."""


class Line:
    """Asks with `send`, in seconds of `clock`; a terminal that has never answered is not waited for."""

    def __init__(self, send: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._send, self._clock = send, clock
        self._answers = False
        self._asked_at: float | None = None
        self._answer = asyncio.Event()

    @property
    def is_clear(self) -> bool:
        """Whether a frame would be drawn about as soon as it is sent."""
        return not (self._answers and self._is_waiting())

    def ask(self) -> None:
        """Asks the terminal, once all of a frame is sent; while an answer is due there is no second question."""
        if not self._is_waiting():
            self._asked_at = self._clock()
            self._answer.clear()
            self._send(_WHERE_IS_THE_CURSOR)

    def answered(self) -> None:
        """The terminal has told where its cursor is."""
        self._answers, self._asked_at = True, None
        self._answer.set()

    async def settled(self, seconds: float) -> None:
        """Waits, so long at most, for an answer that is due: one that comes after the app's end is typed at a shell."""
        if not self.is_clear:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answer.wait(), seconds)

    def _is_waiting(self) -> bool:
        return self._asked_at is not None and self._clock() - self._asked_at < _PATIENCE_SECONDS


_lines: WeakKeyDictionary[App[Any], Line] = WeakKeyDictionary()


def line_of(app: App[Any]) -> Line:
    """The line of an app, which must tell it of each `events.CursorPosition`."""

    def send(text: str) -> None:
        # There is no public way to the terminal that leaves what is on the screen alone.
        if app._driver is not None:
            app._driver.write(text)

    return _lines.setdefault(app, Line(send))
