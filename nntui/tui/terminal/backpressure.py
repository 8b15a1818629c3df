"""The line to the terminal: whether what was last sent has come out at its other end.

A slow line holds seconds of frames in buffers nobody here can look into, and an answer to a key waits behind all of
them. So after a frame that nobody asked for, the terminal is asked where its cursor is; it says so once it has drawn
everything before the question. Until then there is no use in another such frame, and whoever has something to draw
waits, to draw it together with all the others. How long an answer takes for the bytes before it shows what the line
carries: a slow one gets no more at a time than it brings through in about a tenth of a second, so that the answer to a
key, which waits for nothing, has little before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from textual.app import App

from nntui.tui.terminal.textual_internals import write_to_terminal

_WHERE_IS_THE_CURSOR = "\x1b[6n"
_PATIENCE_SECONDS, _MOST_PATIENCE_SECONDS = 5.0, 60.0
"""After which an answer is taken to be lost: doubled each time, since the line may only be slower than that."""
_LOST_IN_A_ROW = 4
"""Lost answers in a row after which the terminal counts as one that does not answer."""
_DELAY_SECONDS = 0.1
"""That what is on its way may add to what a key waits for."""
_LEAST_WINDOW, _WHOLE_SCREENS = 256, 1 << 16
"""Bytes on their way at a time: never fewer, and more is no bound."""
_SLOW_WINDOW = 4096
"""Below it a screen takes longer than a person waits without noticing."""
_GROWTH, _CAREFUL_GROWTH = 2.0, 1.1

Waiter = Callable[[], object]


class Alarm(Protocol):
    """A call that is to come."""

    def stop(self) -> None:
        """Let it not come."""


class TerminalBackpressure:
    """Asks with `send`; `later` calls back after some seconds. A terminal that has never answered is not waited for."""

    def __init__(
        self,
        send: Callable[[str], None],
        *,
        later: Callable[[float, Waiter], Alarm],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` gives seconds."""
        self._send, self._later, self._clock = send, later, clock
        self._window = float(_WHOLE_SCREENS)
        """Bytes that should be on their way together."""
        self._sent = self._sent_before = 0
        """Bytes, asked for or not, since the last answer, and of those the ones before the question that is open."""
        self._asked_at = 0.0
        self._quickest: float | None = None
        """Seconds an answer took at least: the line's own delay, whatever it carries."""
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

    @property
    def is_slow(self) -> bool:
        """Whether a whole screen is too much for one answer to a key."""
        return self._window < _SLOW_WINDOW

    @property
    def room(self) -> float:
        """Bytes that may go out at once and leave the answer to a key little to wait for; inf while that is unknown."""
        return max(self._window - self._sent, self._window / 2) if self._answers else math.inf

    def sent(self, count: int) -> None:
        """Counts bytes that were sent."""
        self._sent += count

    def wait(self, waiter: Waiter) -> None:
        """Calls this once, when the line that is not clear has become so."""
        self._waiting.append(waiter)

    def ask(self) -> None:
        """Asks the terminal, once all of a frame is sent; while an answer is due there is no second question."""
        if self._alarm is not None or self._is_ending:
            return
        self._answer.clear()
        self._asked_at, self._sent_before = self._clock(), self._sent
        self._alarm = self._later(self._patience, self._give_up)
        self._send(_WHERE_IS_THE_CURSOR)

    def answered(self) -> None:
        """The terminal has told where its cursor is."""
        if self._alarm is not None:
            self._alarm.stop()
            self._answers, self._lost = True, 0
            self._learn(self._clock() - self._asked_at)
            self._close()

    async def settled(self, seconds: float) -> None:
        """Asks no more, and waits so long at most for an answer that is due: later it would be typed at the shell."""
        self._is_ending = True
        if not self.is_clear:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answer.wait(), seconds)

    def _learn(self, seconds: float) -> None:
        """Takes in how long the answer took: what was sent before it should take no more than a moment."""
        late = seconds - (self._quickest or 0.0)
        self._quickest = seconds if self._quickest is None else min(self._quickest, seconds)
        if late > _DELAY_SECONDS:
            self._window = max(_LEAST_WINDOW, min(self._window, self._sent_before * _DELAY_SECONDS / late))
        elif self._sent_before >= self._window / 2:
            growth = _GROWTH if late < _DELAY_SECONDS / 4 else _CAREFUL_GROWTH
            self._window = min(self._window * growth, _WHOLE_SCREENS)

    def _give_up(self) -> None:
        self._lost += 1
        self._answers = self._answers and self._lost < _LOST_IN_A_ROW
        self._patience = min(2 * self._patience, _MOST_PATIENCE_SECONDS)
        self._close()

    def _close(self) -> None:
        self._alarm = None
        self._sent -= self._sent_before
        self._answer.set()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter()


_lines: weakref.WeakKeyDictionary[App[Any], TerminalBackpressure] = weakref.WeakKeyDictionary()


def backpressure_of(app: App[Any]) -> TerminalBackpressure:
    """The line of an app, which must tell it of each `events.CursorPosition`."""
    if app not in _lines:
        held = weakref.ref(app)

        def send(text: str) -> None:
            app = held()
            if app is not None:
                write_to_terminal(app, text)

        def later(seconds: float, waiter: Waiter) -> Alarm:
            app = held()
            assert app is not None, "only an app's own widgets ask"
            return app.set_timer(seconds, waiter)

        _lines[app] = TerminalBackpressure(send, later=later)
    return _lines[app]
