"""Opening and cleaning up files in a run directory, which may hold anything."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from nntui import files
from nntui.runs.directory import RunsError, problem

_TEMPORARY = re.compile(r"\..+\.\d+\.(?:[^.]+\.)?tmp")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def open_regular(path: Path) -> int | None:
    """A descriptor for reading a regular file; None if it does not exist. RunsError if it is anything else.

    Symbolic links are not followed, and a FIFO or device is refused without waiting for its other end.
    """
    try:
        return files.open_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (IsADirectoryError, files.NotAFileError) as error:
        raise RunsError(f"{path}: expected a file, got something else") from error
    except OSError as error:
        raise RunsError(problem(path, error)) from error


def open_appending(path: Path) -> int:
    """A descriptor for reading and appending; creates a missing file (mode 0600) and follows no symbolic link.

    OSError if it cannot be opened, RunsError if it is not a regular file.
    """
    try:
        return files.open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    except files.NotAFileError as error:
        raise RunsError(f"{path}: expected a file, got something else") from error


def read_small(path: Path, limit: int) -> bytes:
    """The bytes of a file, b'' if it is missing, unreadable or larger than `limit`."""
    try:
        descriptor = open_regular(path)
    except RunsError:
        return b""
    if descriptor is None:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        try:
            content = file.read(limit + 1)
        except OSError:
            return b""
    return content if len(content) <= limit else b""


def sweep(directory: Path) -> None:
    """Remove the temporary files that killed writers left in a directory, which must have no other writer.

    Files that cannot be removed stay; a directory that cannot be read is ignored.
    """
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in entries if _TEMPORARY.fullmatch(entry.name)]
    except OSError:
        return
    for name in names:
        with suppress(OSError):
            (directory / name).unlink()


def is_out_of_room(error: BaseException) -> bool:
    """Whether a full disk or an exhausted quota caused this error."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in _NO_ROOM
