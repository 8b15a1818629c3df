"""`metrics.csv`: one row per epoch, for spreadsheets and data frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nntui.runs.directory import RunsError, problem
from nntui.runs.events import EpochEnded
from nntui.runs.files import write_atomically
from nntui.runs.line_file import LineFile

_BEFORE = ("epoch", "step")
_AFTER = ("learning_rate", "seconds", "samples_per_second", "time")
_LARGEST = 1 << 28


class MetricsCsv:
    """Appends rows `epoch,step,<metrics>,learning_rate,seconds,samples_per_second,time`; the first writes the header.

    Floats are written as `repr` has them, what is missing or None as nothing, NaN as `nan`. A metric the header does
    not have is left out. A full disk is survived as in EventLog. RunsError when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = LineFile(path)
        self._header = _header(path)

    @property
    def pending(self) -> int:
        """How many rows wait for room on the disk."""
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
        """Try to write the rows that wait; whether none is left."""
        return self._lines.flush()

    def append(self, event: EpochEnded) -> None:
        """Write the epoch's row."""
        row: dict[str, float] = {**event.metrics, **{name: getattr(event, name) for name in _BEFORE + _AFTER}}
        if not self._header:
            self._header = (*_BEFORE, *event.metrics, *_AFTER)
            self._lines.append(_line(self._header))
        self._lines.append(_line("" if row.get(name) is None else repr(row[name]) for name in self._header))

    def drop_after(self, epoch: int) -> None:
        """Remove the rows of later epochs, atomically: a resumed run writes them again. RunsError when it cannot."""
        self._lines.close()
        try:
            content = self._path.read_bytes() if self._path.stat().st_size <= _LARGEST else b""
            header, *rows = content.splitlines(keepends=True) or [b""]
            kept = header + b"".join(row for row in rows if _epoch(row) <= epoch)
            if kept != content:
                write_atomically(self._path, kept)
        except OSError as error:
            raise RunsError(f"cannot write {problem(self._path, error)}") from error
        finally:
            self._lines = LineFile(self._path)
            self._header = _header(self._path)

    def close(self) -> None:
        """Try once more to write what waits, then close."""
        self._lines.close()


def _line(cells: Iterable[str]) -> bytes:
    return ",".join(cells).encode() + b"\n"


def _header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    return tuple(line.decode("utf-8", "replace").rstrip("\r\n").split(",")) if line.endswith(b"\n") else ()


def _epoch(row: bytes) -> float:
    try:
        return int(row.split(b",", 1)[0])
    except ValueError:
        # Damage: no row of an epoch, so it goes as well.
        return float("inf")
