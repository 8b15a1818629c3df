"""The lock that says a worker lives: `flock` on a file, let go by the system when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Self

from nntui.runs.directory import RunsError, problem
from nntui.runs.files import open_regular


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
        return self._take(0.0) or self._take(patience)

    def release(self) -> None:
        """Let go; nothing happens when the lock is not ours."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self, seconds: float) -> bool:
        """Whether the lock became ours; for 0 seconds it is asked for once."""
        try:
            descriptor = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise RunsError(f"cannot lock {problem(self.path, error)}") from error
        try:
            if seconds:
                if not _locked_within(descriptor, seconds):
                    return False  # Whoever still waits closes it.
            else:
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


def _locked_within(descriptor: int, seconds: float) -> bool:
    """Whether the open file was locked in time; if not, the descriptor is not the caller's any more.

    `flock` waits for ever or not at all, so it waits in a thread, which lets go at once of what comes too late.
    """
    locked: Future[None] = Future()

    def wait() -> None:
        failure: OSError | None = None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            failure = error
        if not locked.set_running_or_notify_cancel():
            os.close(descriptor)
        elif failure is not None:
            locked.set_exception(failure)
        else:
            locked.set_result(None)

    # A daemon: a process that was refused must not stay for as long as the one that has the lock.
    threading.Thread(target=wait, name="lock", daemon=True).start()
    try:
        locked.result(seconds)
    except TimeoutError:
        if locked.cancel():
            return False
        locked.result()
    return True


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
