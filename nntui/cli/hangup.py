"""Leaving the app cleanly when the terminal goes away.

Neither a `signal` nor an asyncio handler runs while the app is blocked on writing to a terminal. So SIGHUP and SIGTERM
are blocked in every thread, and one thread waits for them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

_SIGNALS = (signal.SIGHUP, signal.SIGTERM)
_PATIENCE = 2.0


class Leavable(Protocol):
    """An app that another thread can ask to exit."""

    def exit(self) -> None:
        """Leaves; called in the app's own thread."""
        ...

    def call_from_thread(self, callback: Any) -> Any:
        """Calls back in the app's own thread; RuntimeError if the app is not running."""
        ...


class Leaving:
    """Asks an app to exit when a signal arrives, and ends the process if it has not after 2 s."""

    def watch(self, app: Leavable) -> None:
        """Starts a thread that waits for the signals."""
        threading.Thread(target=self._wait, args=(app,), name="hangup", daemon=True).start()

    def _wait(self, app: Leavable) -> None:
        number = signal.sigwait(_SIGNALS)
        last_resort = threading.Timer(_PATIENCE, os._exit, args=(128 + number,))
        last_resort.daemon = True
        last_resort.start()
        with suppress(RuntimeError):
            app.call_from_thread(app.exit)


@contextmanager
def leave_in_good_order() -> Iterator[Leaving]:
    """Blocks the signals in this thread and those it starts; enter it before starting any other thread."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield Leaving()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
