"""The lock that shows a worker is alive: `flock` on a file, released by the system however the process dies."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from nntui.files import open_at_once
from nntui.runs.directory import RunsError, problem
from nntui.runs.files import open_regular

_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.02


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


class WorkerLock:
    """The lock of one run directory; as a context manager it releases the lock on exit.

    `pause` waits for the given number of seconds between two attempts.
    """

    def __init__(self, path: Path, *, pause: Callable[[float], object] = _pause) -> None:
        self.path = path
        self._pause = pause
        self._descriptor = -1

    def acquire(self, patience: float = 0.3) -> bool:
        """Try to take the lock; False if another process holds it for `patience` seconds.

        A viewer that checks the lock holds it for an instant itself, so a single refusal means little, and the attempt
        is repeated after short pauses. RunsError if the lock file cannot be written.
        """
        waited, seconds = 0.0, _FIRST_PAUSE
        while not (self._descriptor >= 0 or self._take()):
            if waited >= patience:
                return False
            seconds = min(seconds, patience - waited)
            self._pause(seconds)
            waited += seconds
            seconds = min(seconds * 2, _LONGEST_PAUSE)
        return True

    def stands(self) -> bool:
        """Whether we hold the lock and its file is still the one at `path`, where others see it."""
        try:
            return self._descriptor >= 0 and os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Release the lock; does nothing if we do not hold it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self) -> bool:
        """Try once, without waiting, to take the lock."""
        try:
            descriptor = open_at_once(self.path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise RunsError(f"cannot lock {problem(self.path, error)}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The file may have been deleted between opening and locking: a lock on it would be useless.
            if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                self._descriptor = descriptor
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        except OSError as error:
            os.close(descriptor)
            raise RunsError(f"cannot lock {problem(self.path, error)}") from error
        os.close(descriptor)
        return False


def held(path: Path) -> bool:
    """Whether a worker holds the lock; False if there is no lock file or it cannot be read."""
    try:
        descriptor = open_regular(path)
    except RunsError:
        return False
    if descriptor is None:
        return False
    try:
        # Shared, so that two viewers checking at once do not take each other for a worker.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
