"""Leaving in good order when the terminal goes away.

A handler, of `signal` or of asyncio, does not run while the app waits for a terminal that takes nothing any more. So
SIGHUP and SIGTERM are blocked in every thread, and one thread waits for them.
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
    """An app that can be asked to end from another thread."""

    def exit(self) -> None:
        """Leaves; called in the app's own thread."""
        ...

    def call_from_thread(self, callback: Any) -> Any:
        """Calls back in the app's own thread; RuntimeError where it does not run."""
        ...


class Leaving:
    """Asks an app to leave when a signal comes, and leaves without it where it does not answer within 2 s."""

    def watch(self, app: Leavable) -> None:
        """Waits for the signals from now on, in a thread of its own."""
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
    """Blocks the signals in this thread and in those it starts; to be entered before there are any others."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield Leaving()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
