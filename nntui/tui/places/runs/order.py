"""In which order the runs stand: by a column, one way or the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nntui.tui.places.runs.columns import COLUMNS, Column, Value
from nntui.tui.places.runs.listing import RunRow

_BY_AGE = "age"


@dataclass(frozen=True, slots=True)
class Order:
    """A column's heading, and whether its largest value comes first; the newest run first by default."""

    heading: str = _BY_AGE
    descending: bool = False

    @property
    def mark(self) -> str:
        """Stands behind the heading."""
        return "▼" if self.descending else "▲"

    def next(self, headings: Sequence[str]) -> Order:
        """By the column after this one, of those that are shown; round and round."""
        if not headings:
            return self
        place = headings.index(self.heading) + 1 if self.heading in headings else 0
        return Order(headings[place % len(headings)])

    def turned(self) -> Order:
        """The other way round."""
        return replace(self, descending=not self.descending)

    def sorted(self, rows: Sequence[RunRow]) -> Sequence[RunRow]:
        """`rows`, which are newest first, in this order; where the value is not known, at the end in either."""
        if self.heading == _BY_AGE:
            return rows[::-1] if self.descending else rows
        column = next(column for column in COLUMNS if column.heading == self.heading)
        known = [(value, row) for row in rows if (value := _value(column, row)) is not None]
        unknown = [row for row in rows if _value(column, row) is None]
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [*(row for _, row in known), *unknown]


NEWEST_FIRST = Order()


def _value(column: Column, row: RunRow) -> Value | None:
    return column.value(row) if column.value is not None else None
