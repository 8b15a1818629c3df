"""A file of whole lines with one writer, which survives a full disk."""

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
    """Appends lines, one write each; a line that cannot be written waits, in order, for the next one.

    Opening cuts off a torn last line. `expendable` says which waiting lines may be thinned out (every second one) when
    20,000 wait: a disk that stays full must not become memory that runs out. RunsError when it cannot be opened.
    """

    def __init__(self, path: Path, *, expendable: Callable[[bytes], bool] | None = None) -> None:
        self.path = path
        self.problem = ""
        """Why the last write failed, one line; '' while all is well."""
        self.out_of_room = False
        """Whether it failed because the disk is full."""
        self.dropped = 0
        """Waiting lines thinned out."""
        self._expendable = expendable
        self._waiting: deque[bytes] = deque()
        self._thin_at = _MOST_WAITING
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
        """Whether the next line is the file's first."""
        return self._size == 0 and not self._waiting

    def append(self, line: bytes) -> None:
        """Write one line, which ends with a line break, after those that wait; a full disk makes it wait too."""
        self._waiting.append(line)
        self.flush()
        if len(self._waiting) >= self._thin_at:
            self._thin()

    def cut_off(self, size: int) -> None:
        """Shorten the file to `size` bytes, the end of a line; RunsError when that fails."""
        self.flush()
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            raise RunsError(f"cannot write {problem(self.path, error)}") from error
        self._size = size

    def flush(self) -> bool:
        """Try to write the lines that wait; whether none is left."""
        while self._waiting and self._write(self._waiting[0]):
            self._waiting.popleft()
        if not self._waiting:
            self.problem, self.out_of_room = "", False
            self._thin_at = _MOST_WAITING
        return not self._waiting

    def sync(self) -> bool:
        """Write what waits and wait for the disk; whether everything is on it."""
        written = self.flush()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self._note(error)
            return False
        return written

    def close(self) -> None:
        """Try once more to write what waits, then close; `pending` still tells what was lost. Closing twice is fine."""
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

    def _thin(self) -> None:
        # The first waiting line may be the file's first, which carries the schema: it stays.
        expendable = self._expendable or (lambda line: False)
        kept: deque[bytes] = deque()
        drop = False
        for index, line in enumerate(self._waiting):
            if index and expendable(line):
                drop = not drop
                if drop:
                    continue
            kept.append(line)
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = kept
        # Thinning what cannot be thinned again and again would cost a pass for every line.
        self._thin_at = max(_MOST_WAITING, len(kept) * 2)
