"""How many cells of the screen each value of a matrix gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_TALLEST, _WIDEST = 8, 16
"""In cells: larger blocks would only be further apart."""
NARROWEST_NUMBER = 6
"""Cells below which a number of three digits would touch the next."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Blocks of pixels, one for each value; a pixel is a cell wide and `1 / per_cell` cells high."""

    tall: int
    """Pixels."""
    wide: int
    """Cells."""
    per_cell: int
    """2 for half blocks, 1 for characters."""
    numbered: bool
    """Whether there is room for each value as a number."""

    @classmethod
    def of(cls, shape: tuple[int, int], rows: int, columns: int, *, per_cell: int) -> Grid:
        """The largest blocks with which a matrix of this shape has room in `rows` x `columns` cells, or single pixels.

        Blocks need not be squares: the two axes of a weight matrix have no scale in common.
        """
        tall = min(max(rows * per_cell // shape[0], 1), _TALLEST * per_cell)
        wide = min(max(columns // shape[1], 1), _WIDEST)
        numbered = wide >= NARROWEST_NUMBER and tall >= per_cell
        # Numbers stand in whole cells.
        return cls(tall - tall % per_cell if numbered else tall, wide, per_cell, numbered)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """One entry a value `(rows, columns)` as one a pixel."""
        return values.repeat(self.tall, axis=0).repeat(self.wide, axis=1)

    def number_row(self, row: int) -> int:
        """The row of cells in which the numbers of a row of the matrix stand: the middle of its blocks."""
        return (row * self.tall + (self.tall - self.per_cell) // 2) // self.per_cell


def shrunk(matrix: np.ndarray, rows: int, columns: int, *, signed: bool = True) -> np.ndarray:
    """The matrix with at most `rows` x `columns` values, at least one each way.

    Along an axis that is too long each value is the largest of its neighbours, by absolute value when `signed`, so that
    a single strong weight is never lost; NaN wins over all.
    """
    return _strongest(_strongest(matrix, rows, 0, signed), columns, 1, signed)


def _strongest(matrix: np.ndarray, count: int, axis: int, signed: bool) -> np.ndarray:
    size = matrix.shape[axis]
    if size <= count:
        return matrix
    starts = np.arange(count) * size // count
    largest = np.maximum.reduceat(matrix, starts, axis=axis)
    if not signed:
        return largest
    smallest = np.minimum.reduceat(matrix, starts, axis=axis)
    # Comparisons with NaN are false, and then the maximum, NaN itself, is taken.
    return np.where(-smallest > largest, smallest, largest)
