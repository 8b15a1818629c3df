"""Tracking a directory that may be renamed or deleted while it is in use."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from nntui.runs.directory import RunsError, problem


class HeldDirectory:
    """A directory that is kept open, so that it can be found after a rename. RunsError if it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise RunsError(problem(path, error)) from error

    def find(self) -> Path | None:
        """Its present absolute path; None if it was deleted, or renamed where the system cannot report the new name."""
        if not self._is_at(self._path):
            path = _path_of(self._descriptor)
            if path is None or not self._is_at(path):
                return None
            self._path = path
        return self._path

    def close(self) -> None:
        """Close the directory."""
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
