"""The line to the terminal: whether what was last sent has come out at its other end.

A slow line holds seconds of frames in buffers nobody here can look into, and an answer to a key waits behind all of
them. So after a frame that nobody asked for, the terminal is asked where its cursor is; it says so once it has drawn
everything before the question. Until then there is no use in another such frame, and whoever has something to draw
waits, to draw it together with all the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from textual.app import App

_WHERE_IS_THE_CURSOR = "\x1b[6n"
_PATIENCE_SECONDS, _MOST_PATIENCE_SECONDS = 5.0, 60.0
"""After which an answer is taken to be lost: doubled each time, since the line may only be slower than that."""
_LOST_IN_A_ROW = 4
"""After so many this is taken for a terminal that does not answer."""

Waiter = Callable[[], object]


class Alarm(Protocol):
    """A call that is to come."""

    def stop(self) -> None:
        """Let it not come."""


class Line:
    """Asks with `send`; `later` calls back after some seconds. A terminal that has never answered is not waited for."""

    def __init__(self, send: Callable[[str], None], *, later: Callable[[float, Waiter], Alarm]) -> None:
        self._send, self._later = send, later
        self._answers = False
        self._alarm: Alarm | None = None
        """Of the question that is open."""
        self._patience, self._lost = _PATIENCE_SECONDS, 0
        self._waiting: list[Waiter] = []
        self._answer = asyncio.Event()
        self._is_ending = False

    @property
    def is_clear(self) -> bool:
        """Whether a frame would be drawn about as soon as it is sent."""
        return not self._answers or self._alarm is None

    def wait(self, waiter: Waiter) -> None:
        """Calls this once, when the line that is not clear has become so."""
        self._waiting.append(waiter)

    def ask(self) -> None:
        """Asks the terminal, once all of a frame is sent; while an answer is due there is no second question."""
        if self._alarm is not None or self._is_ending:
            return
        self._answer.clear()
        self._alarm = self._later(self._patience, self._give_up)
        self._send(_WHERE_IS_THE_CURSOR)

    def answered(self) -> None:
        """The terminal has told where its cursor is."""
        if self._alarm is not None:
            self._alarm.stop()
            self._answers, self._lost = True, 0
            self._close()

    async def settled(self, seconds: float) -> None:
        """Asks no more, and waits so long at most for an answer that is due: later it would be typed at the shell."""
        self._is_ending = True
        if not self.is_clear:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answer.wait(), seconds)

    def _give_up(self) -> None:
        self._lost += 1
        self._answers = self._answers and self._lost < _LOST_IN_A_ROW
        self._patience = min(2 * self._patience, _MOST_PATIENCE_SECONDS)
        self._close()

    def _close(self) -> None:
        self._alarm = None
        self._answer.set()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter()


_lines: weakref.WeakKeyDictionary[App[Any], Line] = weakref.WeakKeyDictionary()


def line_of(app: App[Any]) -> Line:
    """The line of an app, which must tell it of each `events.CursorPosition`."""
    if app not in _lines:
        held = weakref.ref(app)

        def send(text: str) -> None:
            # There is no public way to the terminal that leaves what is on the screen alone.
            app = held()
            if app is not None and app._driver is not None:
                app._driver.write(text)

        def later(seconds: float, waiter: Waiter) -> Alarm:
            app = held()
            assert app is not None, "only an app's own widgets ask"
            return app.set_timer(seconds, waiter)

        _lines[app] = Line(send, later=later)
    return _lines[app]
