"""Opening and replacing files where anything may stand in their place: a FIFO, a symbolic link, half a file."""

from __future__ import annotations

import errno
import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600


class NotAFileError(OSError):
    """What stands at a path is neither a regular file nor a directory."""


def open_at_once(path: Path, flags: int, *, follow: bool = False) -> int:
    """A descriptor, without waiting for the other end of a FIFO; a new file is for its owner only. OSError if not.

    `follow`: whether the path may be a symbolic link; otherwise one is ELOOP.
    """
    guard = os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    return os.open(path, flags | guard, OWNER_ONLY)


def open_regular(path: Path, flags: int = os.O_RDONLY, *, follow: bool = False) -> int:
    """As `open_at_once`, of a regular file only: IsADirectoryError or NotAFileError for anything else."""
    descriptor = open_at_once(path, flags, follow=follow)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise NotAFileError(errno.EINVAL, "not a regular file", str(path))


def temporary_name(path: Path) -> Path:
    """Where this thread prepares what will replace `path`: hidden, in the same directory, with the process's id."""
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}.tmp")


def write_atomically(path: Path, content: bytes | memoryview, *, mode: int = OWNER_ONLY, durable: bool = False) -> None:
    """Replace `path` by `content`, all or nothing; `durable` waits for the disk. OSError leaves the old file alone."""
    temporary = temporary_name(path)
    temporary.unlink(missing_ok=True)
    try:
        descriptor = open_at_once(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if mode != OWNER_ONLY:
                os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    finally:
        # Gone once it has taken the other's place.
        temporary.unlink(missing_ok=True)
    if durable:
        # A directory may be writable without being readable.
        with suppress(PermissionError):
            sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Wait until the directory's entries are on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
