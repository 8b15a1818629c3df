"""`events.jsonl`: the worker appends events, any number of viewers read them while it grows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from nntui.runs.events import SCHEMA, Event, to_json
from nntui.runs.line_file import LineWriter
from nntui.runs.step_lines import StepTable, parse_steps
from nntui.runs.tailing import LineTail

_LINES_AT_ONCE = 64


class EventLog(LineWriter):
    """Writes a run's events, one line and one write each; the first line of a new log also holds the schema version.

    Opening cuts off a torn last line. On a full disk events wait in memory and are written, in order, before the next;
    `append` never raises for a full or failing disk. RunsError if the log cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, expendable=_is_expendable)

    @property
    def dropped(self) -> int:
        """How many waiting step and layer_stats events were dropped to bound memory."""
        return self._lines.dropped

    def append(self, event: Event) -> None:
        """Write the event, after those waiting."""
        text = to_json(event)
        if self._lines.empty:
            text = f'{{"schema":{SCHEMA},{text[1:]}'
        self._lines.append(text.encode() + b"\n")

    def sync(self) -> bool:
        """Write waiting events and sync them to disk; returns whether everything is on it."""
        return self._lines.sync()


def _is_expendable(line: bytes) -> bool:
    return line.startswith((b'{"event":"step",', b'{"event":"layer_stats",'))


class EventReader:
    """Reads a run's log as it grows: each call returns the complete, new records. Readers are independent.

    A record is a line that is one JSON object (no NaN, below 200 levels deep, below 16 MiB). Any other line, even an
    empty one, is skipped and counted in `skipped`. `from_record` and `History` validate the fields of a record.
    A missing log has no records. RunsError if a log exists but cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._tail = LineTail(path)
        self._garbage = 0
        # An unpredictable number between the lines: lines that are JSON only together cannot pass for records.
        self._guard = int.from_bytes(os.urandom(7)) | 1 << 60
        self._between = b",%d," % self._guard

    @property
    def skipped(self) -> int:
        """Lines skipped since the beginning of the log."""
        return self._garbage + self._tail.overlong

    @property
    def restarted(self) -> bool:
        """Whether the last call found another, or a shorter, file and started over at its head."""
        return self._tail.restarted

    def read(self) -> list[dict[str, Any]]:
        """All new records; for long logs use `chunks` or `batches`, which need little memory."""
        return [record for chunk in self.chunks() for record in chunk]

    def chunks(self) -> Iterator[list[dict[str, Any]]]:
        """The new records, about 256 KiB of log at a time."""
        for block in self._blocks():
            yield self._parse(block)

    @property
    def backlog(self) -> int:
        """Bytes of the log not read yet; 0 if there is no log."""
        try:
            return max(0, self._tail.path.stat().st_size - self._tail.offset)
        except OSError:
            return 0

    def batches(self, *, one_in: int = 1) -> Iterator[list[dict[str, Any]] | StepTable]:
        """The new records for `History`, faster than `chunks`: `step` records come as tables where possible.

        Between one run_started and the next, the table of a block precedes the block's other records. With `one_in`
        above 1 a table may hold only one of every `one_in` steps, for a quick overview of a long log.
        """
        for block in self._blocks():
            parts = parse_steps(block, one_in=one_in)
            if parts is None or b'"run_started"' in parts[1]:
                yield self._parse(block)
            else:
                table, others = parts
                yield table
                if others:
                    yield self._parse(others)

    def _blocks(self) -> Iterator[bytes]:
        for index, block in enumerate(self._tail.blocks()):
            if index == 0 and self.restarted:
                self._garbage = 0
            yield block
        if self.restarted and self._tail.offset == 0:
            self._garbage = 0

    def _parse(self, block: bytes) -> list[dict[str, Any]]:
        records = self._parse_together(block)
        if records is None:
            records = []
            lines = block.split(b"\n")[:-1]
            for first in range(0, len(lines), _LINES_AT_ONCE):
                records += self._parse_lines(lines[first : first + _LINES_AT_ONCE])
        return records

    def _parse_lines(self, lines: list[bytes]) -> list[dict[str, Any]]:
        records = self._parse_together(b"\n".join(lines) + b"\n")
        if records is None:
            # Wrapped like a block, so that the limit on nesting is the same for a line by itself.
            parsed = [self._parse_together(line + b"\n") for line in lines]
            self._garbage += parsed.count(None)
            records = [record for one in parsed if one is not None for record in one]
        return records

    def _parse_together(self, block: bytes) -> list[dict[str, Any]] | None:
        lines = block.count(b"\n")
        try:
            items = from_json(b"[" + block[:-1].replace(b"\n", self._between) + b"]", allow_inf_nan=False)
        except ValueError:
            return None
        if len(items) != 2 * lines - 1 or items[1::2].count(self._guard) != lines - 1:
            return None
        records = items[::2]
        if set(map(type, records)) == {dict}:
            return records
        kept = [record for record in records if type(record) is dict]
        self._garbage += lines - len(kept)
        return kept
