"""Opening and replacing files in directories that may hold anything."""

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
    """A descriptor for reading a regular file; None when there is none. RunsError when it is something else.

    A symbolic link is not followed, and a FIFO or a device is refused without waiting for its other end.
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
    """A descriptor for reading and appending, the file made (mode 0600) when missing; a symbolic link is not followed.

    OSError when it cannot be opened, RunsError when it is no file.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunsError(f"{path}: expected a file, got something else")
    return descriptor


def read_small(path: Path, limit: int) -> bytes:
    """A file's bytes, b'' when it is missing, unreadable or larger than `limit`."""
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
    """Where this process prepares what will replace `path`: hidden, in the same directory."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def sweep(directory: Path) -> None:
    """Remove the temporary files that killed writers left in a directory, which must have no other writer.

    What cannot be removed stays; a directory that cannot be read is passed over.
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
    """Whether a full disk, or a quota that is used up, is the cause of this error."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in _NO_ROOM


def write_atomically(path: Path, content: bytes | memoryview, *, durable: bool = False) -> None:
    """Replace `path` by `content`, all or nothing; `durable` waits for the disk. OSError leaves the old file alone."""
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
        # Gone once it has taken the other's place.
        temporary.unlink(missing_ok=True)
    if durable:
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Wait until the directory's entries are on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
