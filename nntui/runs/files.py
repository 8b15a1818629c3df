"""Opening and replacing files safely, in directories that may hold anything."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from nntui.runs.directory import RunsError, problem

_TEMPORARY = re.compile(r"\..+\.\d+\.(?:[^.]+\.)?tmp")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def open_regular(path: Path) -> int | None:
    """A descriptor for reading a regular file; None if it does not exist. RunsError if it is anything else.

    Symbolic links are not followed, and a FIFO or device is refused without waiting for its other end.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RunsError(problem(path, error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunsError(f"{path}: expected a file, got something else")
    return descriptor


def open_appending(path: Path) -> int:
    """A descriptor for reading and appending; creates a missing file (mode 0600) and follows no symbolic link.

    OSError if it cannot be opened, RunsError if it is not a regular file.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunsError(f"{path}: expected a file, got something else")
    return descriptor


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


def temporary_name(path: Path) -> Path:
    """The hidden file, in the same directory, in which this process prepares a replacement of `path`."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


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


def write_atomically(path: Path, content: bytes | memoryview, *, durable: bool = False) -> None:
    """Replace `path` with `content` atomically; `durable` syncs to disk. On OSError the old file is unchanged."""
    temporary = temporary_name(path)
    temporary.unlink(missing_ok=True)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    finally:
        # After the replacement there is nothing left to remove.
        temporary.unlink(missing_ok=True)
    if durable:
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Sync the entries of a directory to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
