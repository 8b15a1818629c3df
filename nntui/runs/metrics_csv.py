"""`metrics.csv`: one row per epoch, for spreadsheets and data frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nntui.runs.events import EpochEnded
from nntui.runs.line_file import LineWriter
from nntui.runs.metrics_table import AFTER, BEFORE, LONGEST_ROW, end_of_epoch


class MetricsCsv(LineWriter):
    """Appends rows `epoch,step,<metrics>,learning_rate,seconds,samples_per_second,time`, the first with a header.

    Floats are written with `repr`, NaN as `nan`, and a missing value or None as an empty cell. A metric that is not in
    the header is omitted. On a full disk rows wait as in EventLog; when 20,000 wait, every second one is dropped.
    RunsError if the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(path, expendable=lambda row: True)
        self._header = _header(path)

    def append(self, event: EpochEnded) -> None:
        """Write the epoch's row."""
        row: dict[str, float] = {**event.metrics, **{name: getattr(event, name) for name in BEFORE + AFTER}}
        if not self._header:
            self._header = (*BEFORE, *event.metrics, *AFTER)
            self._lines.append(_line(self._header))
        self._lines.append(_line("" if row.get(name) is None else repr(row[name]) for name in self._header))

    def drop_after(self, epoch: int) -> None:
        """Remove the rows of later epochs, which a resumed run writes again. RunsError if that fails."""
        end = end_of_epoch(self._path, epoch)
        if end is not None:
            self._lines.cut_off(end)


def _line(cells: Iterable[str]) -> bytes:
    return ",".join(cells).encode() + b"\n"


def _header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        line = file.readline(LONGEST_ROW)
    return tuple(line.decode("utf-8", "replace").rstrip("\r\n").split(",")) if line.endswith(b"\n") else ()
