"""The columns of the table of runs: which fit a width, how wide they are, and a run as cells of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from nntui.display.cells import cell_len, fitted
from nntui.display.durations import age_text
from nntui.display.numbers import compact, metric_text
from nntui.display.printable import printable
from nntui.display.sizes import size_text
from nntui.display.sparkline import sparkline
from nntui.display.status import mark
from nntui.tui.places.runs.listing import RunRow
from nntui.tui.widgets.epoch_columns import short

DAMAGED = "damaged"
Value = tuple[str, float]
"""What a column sorts by: words, then a number."""
_WIDEST_GAP = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column; between its least and its largest width it is as wide as its texts need."""

    heading: str
    least: int
    most: int
    text: Callable[[RunRow, float, int], str]
    """Of a run, at a time (seconds since 1970), in a given number of cells."""
    right: bool = False
    dropped: int = 0
    """Where not all fit, the largest goes first; 0: never."""
    value: Callable[[RunRow], Value | None] | None = None
    """What to sort a run by; None where it is not known. Without it, the order of the listing counts."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns with their widths and the spaces between them."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    gap: int

    @property
    def headings(self) -> list[str]:
        """Of the columns, from left to right."""
        return [column.heading for column in self.columns]

    def heading(self, sorted_by: str = "", mark: str = "") -> str:
        """The line above the runs, with a mark behind one of the headings."""
        pairs = zip(self.columns, self.widths, strict=True)
        texts = (
            (column.heading + (mark if column.heading == sorted_by else ""), column, width) for column, width in pairs
        )
        return (" " * self.gap).join(fitted(text, width, right=column.right) for text, column, width in texts)

    def cells(self, row: RunRow, now: float) -> list[tuple[str, str]]:
        """Heading and text of each cell, the gap after it included."""
        pairs = zip(self.columns, self.widths, strict=True)
        return [
            (column.heading, fitted(column.text(row, now, width), width, right=column.right) + " " * self.gap)
            for column, width in pairs
        ]


def fitting(rows: Sequence[RunRow], width: int, now: float) -> Columns:
    """The columns for `width` cells: what does not fit is left out, what is left over goes to texts that are cut."""
    columns = list(COLUMNS)
    while len(columns) > 1 and _size([column.least for column in columns], 1) > width:
        columns.remove(max(columns, key=lambda column: column.dropped))
    widths = [column.least for column in columns]
    spare = width - _size(widths, 1)
    # The curve takes what the words leave.
    for index, column in sorted(enumerate(columns), key=lambda pair: pair[1].text is _loss):
        needed = max([cell_len(printable(column.text(row, now, column.most).rstrip())) for row in rows] or [0])
        more = min(max(min(needed, column.most) - widths[index], 0), max(spare, 0))
        widths[index] += more
        spare -= more
    gap = 1
    while gap < _WIDEST_GAP and _size(widths, gap + 1) <= width:
        gap += 1
    return Columns(tuple(columns), tuple(widths), gap)


def _size(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _state(row: RunRow, now: float, width: int) -> str:
    sign = "!" if row.summary.verdict else mark(row.summary.status)
    return f"{sign} {row.summary.status}"


def _model(row: RunRow, now: float, width: int) -> str:
    return row.summary.model or DAMAGED


def _data(row: RunRow, now: float, width: int) -> str:
    return PurePath(row.summary.data).name if row.summary.data else "-"


def _epochs(row: RunRow, now: float, width: int) -> str:
    done, planned = row.summary.epochs_done, row.summary.epochs_planned
    text = f"{done}/{planned}" if planned else f"{done}"
    half = (width - 1) // 2
    return text if len(text) <= width else f"{compact(done, half)}/{compact(planned, half)}"


def _best(row: RunRow, now: float, width: int) -> str:
    summary = row.summary
    if not summary.best_metric or math.isnan(summary.best_value):
        return "-"
    if summary.verdict:
        return "guessing"
    name, value = short(summary.best_metric), metric_text(summary.best_value)
    room = width - cell_len(name) - 1
    return f"{name} {value if len(value) <= room else compact(summary.best_value, room)}"


def _loss(row: RunRow, now: float, width: int) -> str:
    return sparkline(row.summary.losses, width)


def _age(row: RunRow, now: float, width: int) -> str:
    return age_text(max(now - row.created, 0))


def _bytes(row: RunRow, now: float, width: int) -> str:
    return size_text(row.summary.size)


def _id(row: RunRow, now: float, width: int) -> str:
    return row.summary.id


def _setting(name: str) -> Callable[[RunRow, float, int], str]:
    return lambda row, now, width: row.summary.settings.get(name, "-")


def _parameters(row: RunRow, now: float, width: int) -> str:
    return compact(row.summary.parameters, width) if row.summary.parameters else "-"


def _by_text(text: str) -> Value | None:
    return (text.lower(), 0.0) if text else None


def _by_number(text: str | float) -> Value | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else ("", number)


def _by_best(row: RunRow) -> Value | None:
    summary = row.summary
    return (summary.best_metric, summary.best_value) if not math.isnan(summary.best_value) else None


def _by_loss(row: RunRow) -> Value | None:
    """The newest."""
    known = [loss for loss in row.summary.losses if not math.isnan(loss)]
    return _by_number(known[-1]) if known else None


COLUMNS = (
    Column("state", 10, 10, _state, value=lambda row: _by_text(row.summary.status)),
    Column("model", 10, 24, _model, value=lambda row: _by_text(row.summary.model)),
    Column("data", 9, 16, _data, dropped=3, value=lambda row: _by_text(PurePath(row.summary.data).name)),
    Column("optimizer", 10, 10, _setting("optimizer"), dropped=6,
           value=lambda row: _by_text(row.summary.settings.get("optimizer", ""))),
    Column("lr", 7, 8, _setting("learning_rate"), right=True, dropped=7,
           value=lambda row: _by_number(row.summary.settings.get("learning_rate", ""))),
    Column("batch", 6, 6, _setting("batch_size"), right=True, dropped=8,
           value=lambda row: _by_number(row.summary.settings.get("batch_size", ""))),
    Column("params", 7, 7, _parameters, right=True, dropped=9,
           value=lambda row: _by_number(row.summary.parameters or "")),
    Column("epochs", 7, 11, _epochs, right=True, value=lambda row: _by_number(row.summary.epochs_done)),
    Column("best", 15, 18, _best, dropped=1, value=_by_best),
    Column("loss", 8, 40, _loss, dropped=2, value=_by_loss),
    Column("age", 4, 5, _age, right=True),
    Column("size", 6, 6, _bytes, right=True, dropped=4, value=lambda row: _by_number(row.summary.size)),
    Column("run", 31, 60, _id, dropped=5, value=lambda row: _by_text(row.summary.id)),
)  # fmt: skip
"""From left to right."""
