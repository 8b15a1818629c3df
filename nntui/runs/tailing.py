"""Reading files of lines while they grow: forwards from the last position, or backwards from the end."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

from nntui.runs.files import open_regular

_BLOCK = 1 << 18
_LONGEST_LINE = 1 << 24
_HEAD = 256


class LineTail:
    """The whole lines of a growing file, each read once; a line without its line break is left for later.

    Lines of 16 MiB and more are skipped and counted in `overlong`. A file that was replaced, or truncated below the
    position reached, is read from its head again: `restarted` is then true until the next call.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        """Bytes read so far."""
        self.overlong = 0
        self.restarted = False
        self._skipping = False
        self._identity: tuple[int, int] | None = None
        self._head = b""

    def blocks(self) -> Iterator[bytes]:
        """The lines since the last call, in blocks of about 256 KiB; RunsError if the file cannot be read."""
        self.restarted = False
        descriptor = open_regular(self.path)
        if descriptor is None:
            return
        try:
            end = self._detect_restart(descriptor)
            while block := self._next(descriptor, end):
                yield block
        finally:
            os.close(descriptor)

    def skip_to_end(self) -> None:
        """Skip what the file holds so far."""
        for _ in self.blocks():
            pass

    def _detect_restart(self, descriptor: int) -> int:
        """Resets the position if this is another file than before; returns the file's size."""
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        # Inode numbers of deleted files are reused, so the head of the file is compared too.
        same = identity == self._identity and os.pread(descriptor, len(self._head), 0) == self._head
        if self._identity is not None and (not same or status.st_size < self.offset):
            self.restarted = self.offset > 0
            self.offset = self.overlong = 0
            self._skipping = False
            self._head = b""
        self._identity = identity
        return status.st_size

    def _next(self, descriptor: int, end: int) -> bytes:
        size = _BLOCK
        while self.offset < end:
            size = min(size, end - self.offset)
            data = os.pread(descriptor, size, self.offset)
            if not data:
                break
            if self._skipping:
                line_break = data.find(b"\n")
                self._advance(descriptor, line_break + 1 or len(data))
                if line_break >= 0:
                    self._skipping = False
                    self.overlong += 1
                continue
            whole = data.rfind(b"\n") + 1
            if whole:
                self._advance(descriptor, whole)
                return data[:whole]
            if len(data) >= _LONGEST_LINE:
                self._skipping = True
                self._advance(descriptor, len(data))
                size = _BLOCK
            elif len(data) >= end - self.offset:
                break
            else:
                size = min(size * 2, _LONGEST_LINE)
        return b""

    def _advance(self, descriptor: int, count: int) -> None:
        self.offset += count
        if len(self._head) < _HEAD:
            self._head = os.pread(descriptor, min(_HEAD, self.offset), 0)


def blocks_from_end(descriptor: int, first: int = 1 << 16) -> Iterator[bytes]:
    """The whole lines of an open file in blocks, the last block first, each block in reading order.

    The first block has about `first` bytes, the others about 256 KiB; a torn last line and overlong lines are skipped.
    """
    end = end_of_whole_lines(descriptor)
    size, skipping = first, False
    while end > 0:
        start = max(0, end - size)
        data = os.pread(descriptor, end - start, start)
        # A block that starts in the middle of a line leaves the rest of that line to the preceding block.
        lead = 0 if start == 0 else data.find(b"\n", 0, len(data) - 1) + 1
        if skipping:
            data = data[: data.rfind(b"\n") + 1]
            skipping = not data and start > 0
            end = start + len(data)
        elif start == 0 or lead:
            yield data[lead:]
            end, size = start + lead, _BLOCK
        elif size >= _LONGEST_LINE:
            skipping, end, size = True, start, _BLOCK
        else:
            size *= 2


def lines_from_end(descriptor: int, *words: bytes, most: float = math.inf) -> Iterator[bytes]:
    """The whole lines of an open file that contain one of the words, the last line first.

    The search covers the last `most` bytes, rounded up to a block.
    """
    seen = 0
    for block in blocks_from_end(descriptor):
        if seen >= most:
            return
        seen += len(block)
        if any(word in block for word in words):
            yield from (line for line in reversed(block.split(b"\n")) if any(word in line for word in words))


def end_of_whole_lines(descriptor: int) -> int:
    """The offset at which the last whole line of an open file ends; 0 if there is none."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _BLOCK)
        line_break = os.pread(descriptor, end - start, start).rfind(b"\n")
        if line_break >= 0:
            return start + line_break + 1
        end = start
    return 0
