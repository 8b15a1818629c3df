"""`metrics.csv`: one row per epoch, for spreadsheets and data frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nntui.runs.events import EpochEnded
from nntui.runs.line_file import LineFile
from nntui.runs.metrics_table import AFTER, BEFORE, LONGEST_ROW, end_of_epoch


class MetricsCsv:
    """Appends rows `epoch,step,<metrics>,learning_rate,seconds,samples_per_second,time`; the first writes the header.

    Floats are written as `repr` has them, what is missing or None as nothing, NaN as `nan`. A metric the header does
    not have is left out. A full disk is survived as in EventLog; where 20,000 rows wait for room, every second is given
    up. RunsError when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = LineFile(path, expendable=lambda row: True)
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
        row: dict[str, float] = {**event.metrics, **{name: getattr(event, name) for name in BEFORE + AFTER}}
        if not self._header:
            self._header = (*BEFORE, *event.metrics, *AFTER)
            self._lines.append(_line(self._header))
        self._lines.append(_line("" if row.get(name) is None else repr(row[name]) for name in self._header))

    def drop_after(self, epoch: int) -> None:
        """Cut off the rows of later epochs: a resumed run writes them again. RunsError when it cannot."""
        end = end_of_epoch(self._path, epoch)
        if end is not None:
            self._lines.cut_off(end)

    def close(self) -> None:
        """Try once more to write what waits, then close."""
        self._lines.close()


def _line(cells: Iterable[str]) -> bytes:
    return ",".join(cells).encode() + b"\n"


def _header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        line = file.readline(LONGEST_ROW)
    return tuple(line.decode("utf-8", "replace").rstrip("\r\n").split(",")) if line.endswith(b"\n") else ()
