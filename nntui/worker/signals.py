"""Signals of a process that trains: the first one ends it in good order, the second at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals(stop: Callable[[str], None]) -> Iterator[list[int]]:
    """Inside the block the first SIGTERM or SIGINT calls `stop`; a second one leaves the process at once.

    Yields the list of the signals that came. SIGTERM and SIGHUP are unblocked, since a mask is inherited from whoever
    started the process; what SIGHUP does stays as it is. Only in the main thread.
    """
    came: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            os._exit(128 + number)
        stop("interrupted" if number == signal.SIGINT else "asked to end by the system")

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGHUP, signal.SIGINT})
    before = {number: signal.signal(number, on_signal) for number in _STOPPING}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def outlive_terminal(leave: Callable[[], None]) -> Iterator[None]:
    """Inside the block a SIGHUP, which comes when the terminal is gone, calls `leave` and ends nothing.

    Where it is ignored already, as under nohup, it stays ignored. Only in the main thread.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGHUP, lambda number, frame: leave())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
