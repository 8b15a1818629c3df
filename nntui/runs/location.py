"""Where a directory is that somebody may rename or delete while it is in use."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from nntui.runs.directory import RunsError, problem


class HeldDirectory:
    """A directory kept open, so that it is found again after it was renamed. RunsError when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise RunsError(problem(path, error)) from error

    def find(self) -> Path | None:
        """Where it is now, absolute; None when it was deleted, or renamed on a system that does not say where to."""
        if not self._is_at(self._path):
            path = _path_of(self._descriptor)
            if path is None or not self._is_at(path):
                return None
            self._path = path
        return self._path

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)

    def _is_at(self, path: Path) -> bool:
        try:
            return os.path.samestat(path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False


def _path_of(descriptor: int) -> Path | None:
    get_path = getattr(fcntl, "F_GETPATH", None)  # macOS has it, and no /proc.
    try:
        if get_path is not None:
            return Path(os.fsdecode(fcntl.fcntl(descriptor, get_path, bytes(1024)).rstrip(b"\0")))
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError:
        return None
