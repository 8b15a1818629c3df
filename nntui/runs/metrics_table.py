"""Reading `metrics.csv`: a small file in full; of a large one the end, single rows, and samples of the rest."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nntui.runs.directory import RunsError
from nntui.runs.events import LARGEST, EpochEnded
from nntui.runs.files import open_regular
from nntui.runs.tailing import blocks_from_end, end_of_whole_lines

BEFORE = ("epoch", "step")
AFTER = ("learning_rate", "seconds", "samples_per_second", "time")
"""The columns around the metrics."""
_READ_WHOLE = 1 << 21
"""File size in bytes, some 15,000 epochs, up to which every row is read."""
_SAMPLES, _SAMPLE = 60, 1 << 13
"""Number of samples taken of a larger file, and the bytes of each."""
_TAIL = 1 << 15
LONGEST_ROW = 1 << 20
"""Bytes."""


@dataclass(frozen=True)
class Metrics:
    """Rows of metrics.csv."""

    columns: dict[str, list[float]]
    """By name, of equal length, NaN where a cell is not a finite number; empty without a readable file."""
    sampled: bool
    """Whether these are only a sample of the rows."""


def read_metrics(path: Path) -> Metrics:
    """All rows of a file of up to 2 MB; of a larger one 60 evenly spaced samples and the last rows."""
    with _opened(path) as (descriptor, names):
        rows, sampled = _some_rows(descriptor, names) if names else ([], False)
        return Metrics({name: [number(row[index]) for row in rows] for index, name in enumerate(names)}, sampled)


def row_of(path: Path, epoch: int) -> dict[str, float]:
    """The row of an epoch, found by bisection; empty if there is none."""
    with _opened(path) as (descriptor, names):
        if not names:
            return {}
        start = _end_of_epoch(descriptor, epoch - 1, names)
        row = dict(zip(names, _line(descriptor, start).split(","), strict=False))
        return {name: number(cell) for name, cell in row.items() if cell} if number(row["epoch"]) == epoch else {}


def end_of_epoch(path: Path, epoch: int) -> int | None:
    """The offset of the first row of a later epoch, found by bisection; the file's end if there is none.

    None for a file without a header.
    """
    with _opened(path) as (descriptor, names):
        return _end_of_epoch(descriptor, epoch, names) if names else None


def _end_of_epoch(descriptor: int, epoch: int, names: list[str]) -> int:
    end = end_of_whole_lines(descriptor)
    low, high = 0, end
    while high - low > _SAMPLE:
        middle = (low + high) // 2
        first = next(_row_starts(descriptor, middle, _SAMPLE, names), None)
        # The row searched for begins before the middle if the first one after it is of a later epoch.
        if first is None or first[1] > epoch:
            high = middle
        else:
            low = middle
    for beyond in (_SAMPLE, LONGEST_ROW):
        for start, row_epoch in _row_starts(descriptor, low, high - low + beyond, names):
            if row_epoch > epoch:
                return start
    return end


def _line(descriptor: int, start: int) -> str:
    """The line that begins at `start`, without its line break; '' if it has none."""
    for size in (_SAMPLE, LONGEST_ROW):
        line, ended, _ = os.pread(descriptor, size, start).partition(b"\n")
        if ended:
            return line.decode("utf-8", "replace")
    return ""


def epoch_of(path: Path, epoch: int) -> EpochEnded | None:
    """The event of an epoch that was the best, from its row, without the confusion matrix; None without a row."""
    return _event(row_of(path, epoch), best=True)


def last_epochs(path: Path) -> list[EpochEnded]:
    """The events of about the last 200 epochs, oldest first, from their rows; `best` is False in all of them.

    Empty without a readable file.
    """
    with _opened(path) as (descriptor, names):
        block = next(blocks_from_end(descriptor, _TAIL), b"") if names else b""
    rows = [{name: number(cell) for name, cell in zip(names, row, strict=True) if cell} for row in _rows(block, names)]
    return [event for event in (_event(row, best=False) for row in rows) if event is not None]


def _event(row: dict[str, float], *, best: bool) -> EpochEnded | None:
    step, epoch = row.get("step", -1), row.get("epoch", -1)
    if not (0 <= step <= LARGEST and 0 < epoch <= LARGEST):
        return None
    return EpochEnded(
        step=int(step),
        epoch=int(epoch),
        time=row.get("time", 0.0),
        metrics={name: value for name, value in row.items() if name not in BEFORE + AFTER},
        learning_rate=row.get("learning_rate", math.nan),
        seconds=row.get("seconds", math.nan),
        samples_per_second=row.get("samples_per_second", math.nan),
        best=best,
    )


def number(cell: str | bytes) -> float:
    """The number in a cell, NaN if it is not a finite number."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


@contextmanager
def _opened(path: Path) -> Generator[tuple[int, list[str]], None, None]:
    """The descriptor and the column names; no names if there is nothing to read."""
    try:
        descriptor = open_regular(path)
    except RunsError:
        descriptor = None
    if descriptor is None:
        yield -1, []
        return
    try:
        names = _line(descriptor, 0).strip().split(",")
        yield descriptor, names if names[0] == BEFORE[0] else []
    finally:
        os.close(descriptor)


def _some_rows(descriptor: int, names: list[str]) -> tuple[list[list[str]], bool]:
    """The rows that are read, and whether there are more."""
    end = end_of_whole_lines(descriptor)
    if end <= _READ_WHOLE:
        return _rows(_piece(descriptor, 0, end)[1], names), False
    pieces = [_piece(descriptor, end * index // _SAMPLES, _SAMPLE)[1] for index in range(_SAMPLES)]
    pieces.append(next(blocks_from_end(descriptor, _SAMPLE), b""))
    return [row for piece in pieces for row in _rows(piece, names)], True


def _piece(descriptor: int, start: int, size: int) -> tuple[int, bytes]:
    """The offset and bytes of the whole lines within `size` bytes from `start`, without the first, maybe torn, one."""
    data = os.pread(descriptor, size, start)
    first = data.find(b"\n") + 1
    return start + first, data[first : data.rfind(b"\n") + 1]


def _row_starts(descriptor: int, start: int, size: int, names: list[str]) -> Iterator[tuple[int, float]]:
    """The offset and epoch of each row in a piece; lines without a cell for each name are skipped."""
    offset, block = _piece(descriptor, start, size)
    for line in block.splitlines(keepends=True):
        epoch = number(line.partition(b",")[0])
        if line.count(b",") == len(names) - 1 and not math.isnan(epoch):
            yield offset, epoch
        offset += len(line)


def _rows(block: bytes, names: list[str]) -> list[list[str]]:
    lines = block.decode("utf-8", "replace").split("\n")
    return [cells for cells in (line.split(",") for line in lines) if len(cells) == len(names)]
