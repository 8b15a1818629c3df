"""The lock that says a worker lives: `flock` on a file, let go by the system when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from nntui.runs.directory import RunsError, problem
from nntui.runs.files import open_regular

_PAUSE = 0.01


class WorkerLock:
    """The lock of one run directory; also a context manager that releases it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def acquire(self, patience: float = 0.3) -> bool:
        """Whether the lock is ours now; False when another process holds it for `patience` seconds.

        A viewer that looks whether the lock is held holds it for an instant itself, so one refusal says little.
        RunsError when the lock file cannot be written.
        """
        if self._descriptor >= 0:
            return True
        for attempt in range(1 + round(patience / _PAUSE)):
            if attempt:
                # flock can wait for ever or not at all; and whoever lets go of it tells nobody.
                time.sleep(_PAUSE)
            if self._try():
                return True
        return False

    def release(self) -> None:
        """Let go; nothing happens when the lock is not ours."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RunsError(f"cannot lock {problem(self.path, error)}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The file may have been deleted between opening and locking: a lock on it would lock nothing.
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
    """Whether a worker holds the lock; False when there is no lock file or it cannot be read."""
    try:
        descriptor = open_regular(path)
    except RunsError:
        return False
    if descriptor is None:
        return False
    try:
        # Shared, so that two viewers that look at once do not take each other for a worker.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
