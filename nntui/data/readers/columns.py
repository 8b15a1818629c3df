"""Statistics of the columns of a table, gathered in one pass over the text without keeping it."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from nntui.data.readers.csv_text import number
from nntui.data.readers.rounding import merged_pair

_FLOAT32_MAX = 3.4028234e38
_MARKS = frozenset({"na", "n/a", "nan", "null", "none", "?", "-", "--"})


@dataclass(slots=True)
class Missing:
    """The empty cells of a table."""

    cells: int = 0
    rows: int = 0
    """Rows that have one or more."""
    first: tuple[int, int] | None = None
    """Line and column index of the first one."""

    def add(self, lines: list[int], columns: list[tuple[str, ...]]) -> None:
        """Add a block that has some."""
        for line, row in zip(lines, zip(*columns, strict=True), strict=True):
            count = row.count("")
            self.cells += count
            self.rows += count > 0
            if count and self.first is None:
                self.first = (line, row.index(""))


@dataclass(slots=True)
class Column:
    """One column, filled block by block."""

    name: str
    most: int
    """How many different values are counted."""
    rows: int = 0
    numbers: int = 0
    """Cells that hold a finite number."""
    too_large: int = 0
    """Cells that hold a number beyond the range of float32."""
    whole: bool = True
    """Whether all numbers are whole."""
    missing: int = 0
    """Empty cells."""
    marks: int = 0
    """Cells such as NA, which mark a missing number in a column of numbers."""
    low: float = math.inf
    high: float = -math.inf
    """The smallest and the largest number; infinite while there is none."""
    first_text: tuple[int, str] | None = None
    """Line and text of the first cell that is neither empty nor a finite number."""
    values: Counter[str] | None = field(default_factory=Counter[str])
    """How often each text occurs; None with more than `most` different ones."""
    merged: tuple[float, float] | None = None
    """Two different numbers that are equal in 32 bits, where many numbers of a block are affected."""

    @property
    def is_text(self) -> bool:
        """Whether most cells are not numbers: a column of names, not of numbers with a mistake."""
        # Numbers that are too large are mistakes in a column of numbers, however many there are.
        texts = self.rows - self.numbers - self.too_large
        return not self.too_large and texts > self.numbers

    def add(self, lines: list[int], cells: tuple[str, ...]) -> None:
        """Add the cells of one block."""
        self.rows += len(cells)
        if self.values is not None:
            self.values.update(cells)
            if len(self.values) > self.most:
                self.values = None
        numbers = block_numbers(cells)
        if numbers is not None:
            self.numbers += len(cells)
            self.whole = self.whole and all(map(float.is_integer, numbers))
            self.low, self.high = min(self.low, min(numbers)), max(self.high, max(numbers))
            self.merged = self.merged or merged_pair(np.frombuffer(numbers))
            return
        for line, cell in zip(lines, cells, strict=True):
            self._add_cell(line, cell)

    def _add_cell(self, line: int, cell: str) -> None:
        if cell == "":
            self.missing += 1
            return
        value = number(cell)
        if math.isnan(value) or abs(value) > _FLOAT32_MAX:
            self.first_text = self.first_text or (line, cell)
            self.too_large += math.isfinite(value)
            self.marks += cell.casefold() in _MARKS
        else:
            self.numbers += 1
            self.low, self.high = min(self.low, value), max(self.high, value)
            self.whole = self.whole and value.is_integer()


def block_numbers(cells: tuple[str, ...]) -> array[float] | None:
    """The numbers in a block's cells; None where one is not a finite number within the range of float32."""
    try:
        values = array("d", map(float, cells))
    except ValueError:
        return None
    if not all(map(math.isfinite, values)) or "_" in "".join(cells):
        return None
    return values if min(values) >= -_FLOAT32_MAX and max(values) <= _FLOAT32_MAX else None
