"""Signal handling of a process that trains: the first signal ends it cleanly, the second at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals(stop: Callable[[str], None]) -> Generator[list[int], None, None]:
    """Inside the block the first SIGTERM or SIGINT calls `stop`; a second one exits the process at once.

    Yields the list of the signals received. SIGTERM, SIGINT and SIGHUP are unblocked, since a signal mask is inherited
    from the parent process; the handler of SIGHUP is not changed. Only in the main thread.
    """
    received: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)
        stop("interrupted" if number == signal.SIGINT else "asked to end by the system")

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGHUP, signal.SIGINT})
    before = {number: signal.signal(number, on_signal) for number in _STOPPING}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def outlive_terminal(leave: Callable[[], None]) -> Generator[None, None, None]:
    """Inside the block SIGHUP, sent when the terminal is gone, calls `leave` instead of ending the process.

    If it is already ignored, as under nohup, it stays ignored. Only in the main thread.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGHUP, lambda number, frame: leave())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
