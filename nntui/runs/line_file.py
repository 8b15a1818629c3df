"""A file of whole lines with a single writer, which survives a full disk."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from nntui.runs.directory import RunsError, problem
from nntui.runs.files import is_out_of_room, open_appending
from nntui.runs.tailing import end_of_whole_lines

_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS})
_MOST_WAITING = 20_000


class LineFile:
    """Appends lines, one write each; lines that cannot be written wait, in order, and are retried with the next one.

    Opening cuts off a torn last line. When 20,000 lines wait, every second one of those that are `expendable` is
    dropped, so that a full disk does not exhaust memory. RunsError if the file cannot be opened.
    """

    def __init__(self, path: Path, *, expendable: Callable[[bytes], bool] | None = None) -> None:
        self.path = path
        self.problem = ""
        """Why the last write failed, one line; '' while all is well."""
        self.out_of_room = False
        """Whether it failed because the disk is full."""
        self.dropped = 0
        """Number of waiting lines that were dropped."""
        self._expendable = expendable
        self._waiting: deque[bytes] = deque()
        self._drop_at = _MOST_WAITING
        self._torn = False
        try:
            self._descriptor = open_appending(path)
        except OSError as error:
            raise RunsError(f"cannot write {problem(path, error)}") from error
        try:
            self._size = end_of_whole_lines(self._descriptor)
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            os.close(self._descriptor)
            raise RunsError(f"cannot write {problem(path, error)}") from error

    @property
    def pending(self) -> int:
        """How many lines wait for room on the disk."""
        return len(self._waiting)

    @property
    def empty(self) -> bool:
        """Whether the next line is the first of the file."""
        return self._size == 0 and not self._waiting

    def append(self, line: bytes) -> None:
        """Write one line, which ends with a line break, after those waiting; on a full disk it waits too."""
        self._waiting.append(line)
        self.flush()
        if len(self._waiting) >= self._drop_at:
            self._drop_expendable()

    def cut_off(self, size: int) -> None:
        """Truncate the file to `size` bytes, the end of a line; RunsError if that fails."""
        self.flush()
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            raise RunsError(f"cannot write {problem(self.path, error)}") from error
        self._size = size

    def flush(self) -> bool:
        """Try to write the waiting lines; returns whether none is left."""
        while self._waiting and self._write(self._waiting[0]):
            self._waiting.popleft()
        if not self._waiting:
            self.problem, self.out_of_room = "", False
            self._drop_at = _MOST_WAITING
        return not self._waiting

    def sync(self) -> bool:
        """Write the waiting lines and sync to disk; returns whether everything is on it."""
        written = self.flush()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._note(error)
            return False
        return written

    def close(self) -> None:
        """Try once more to write the waiting lines, then close; `pending` counts those lost. Closing twice is fine."""
        if self._descriptor < 0:
            return
        self.flush()
        os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, line: bytes) -> bool:
        written = 0
        try:
            if self._torn:
                os.ftruncate(self._descriptor, self._size)
                self._torn = False
            while written < len(line):
                written += os.write(self._descriptor, line[written:] if written else line)
        except OSError as error:
            self._note(error)
            self._torn = written > 0 or self._torn
            if written:
                self._cut_back()
            return False
        self._size += written
        return True

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._descriptor, self._size)
            self._torn = False
        except OSError as error:
            self._note(error)

    def _note(self, error: OSError) -> None:
        if error.errno not in _PASSING:
            raise error
        self.problem, self.out_of_room = problem(self.path, error), is_out_of_room(error)

    def _drop_expendable(self) -> None:
        # The first waiting line may be the first of the file, which holds the schema version: it stays.
        kept: deque[bytes] = deque()
        drop = False
        for index, line in enumerate(self._waiting):
            if index and self._expendable is not None and self._expendable(line):
                drop = not drop
                if drop:
                    continue
            kept.append(line)
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = kept
        # When little can be dropped, trying again at every line would cost a pass over all of them each time.
        self._drop_at = max(_MOST_WAITING, len(kept) * 2)


class LineWriter:
    """The base of what writes records into a `LineFile`: how it stands with the disk, and the end."""

    def __init__(self, path: Path, *, expendable: Callable[[bytes], bool]) -> None:
        self._lines = LineFile(path, expendable=expendable)

    @property
    def pending(self) -> int:
        """How many lines wait for room on the disk."""
        return self._lines.pending

    @property
    def problem(self) -> str:
        """Why the last write failed, one line; '' while all is well."""
        return self._lines.problem

    @property
    def out_of_room(self) -> bool:
        """Whether it failed because the disk is full."""
        return self._lines.out_of_room

    def flush(self) -> bool:
        """Try to write the waiting lines; returns whether none is left."""
        return self._lines.flush()

    def close(self) -> None:
        """Try once more to write the waiting lines, then close."""
        self._lines.close()
