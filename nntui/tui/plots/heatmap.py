"""A matrix as rows of half-block cells, two values a cell; shade characters where there are no colours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.labels import compact
from nntui.tui.plots.palette import Palette, Ramp
from nntui.tui.plots.runs_of_style import centred, segments
from nntui.tui.plots.scale import extent, finite

_LARGEST_PIXEL = 8
_SHRINK_BELOW = 0.6
_KEPT_WITHIN = 0.75
"""Levels: 0.5 is where rounding changes, so a value must move a quarter level before its cell is sent again."""
_NAN, _OUTSIDE = -2, -1
_KEYS = 64
"""More than the levels of any ramp with the two special ones."""


@dataclass
class HeatScale:
    """What the ends of the ramp stand for; it changes only when data leaves it or needs much less of it."""

    signed: bool = True
    """From -high to high through 0; otherwise from low to high."""
    low: float = 0.0
    high: float = 0.0

    def fit(self, low: float, high: float) -> None:
        """Take in data between `low` and `high`, both finite."""
        if self.signed:
            peak = max(abs(low), abs(high))
            if not _SHRINK_BELOW * self.high <= peak <= self.high:
                self.high = _rounded_up(peak)
            self.low = -self.high
        else:
            span = self.high - self.low
            if low < self.low or high > self.high or high - low < _SHRINK_BELOW * span:
                self.low, self.high = min(low, 0.0), high

    @property
    def label(self) -> str:
        """'±0.41', or '0 … 57'."""
        if self.signed:
            return f"±{compact(self.high, 6)}"
        return f"{compact(self.low, 6)} … {compact(self.high, 6)}"


class Heatmap:
    """Draws one matrix as it changes; keeps the scale, and the levels of values that hardly moved."""

    empty = "no values yet"

    def __init__(self, *, signed: bool = True) -> None:
        self.scale = HeatScale(signed)
        self._levels: np.ndarray | None = None
        self._levels_scale = (0.0, 0.0, 0)

    def draw(
        self, matrix: np.ndarray, width: int, height: int, palette: Palette, *, label: Style | None = None
    ) -> list[Strip]:
        """`height` strips of `width` cells of a matrix `(rows, columns)`; more axes are folded into the rows.

        A small matrix is drawn in larger squares, a large one so that each pixel shows the value furthest from 0.
        Not-finite values are drawn as a cross.
        """
        width, height = max(width, 0), max(height, 0)
        matrix = _as_matrix(matrix)
        if not width or not height or not matrix.size:
            return centred(self.empty if width else "", width, height, label)
        ramp = palette.diverging if self.scale.signed else palette.sequential
        per_cell = 2 if palette.colored else 1
        pixels = fitted(matrix, height * per_cell, width, signed=self.scale.signed, pixel_height=per_cell)
        pixels = finite(pixels).reshape(pixels.shape)
        reach = extent(pixels.reshape(-1))
        if reach is not None:
            self.scale.fit(*reach)
        levels = np.full((height * per_cell, width), _OUTSIDE)
        levels[: len(pixels), : len(pixels[0])] = self._steady(pixels, ramp.size)
        draw_row = _half_block_row if palette.colored else _shade_row
        rows = levels.reshape(height, per_cell, width)
        return [Strip(draw_row(row, ramp, palette.invalid), width) for row in rows]

    def _steady(self, pixels: np.ndarray, size: int) -> np.ndarray:
        scale = (self.scale.low, self.scale.high, size)
        if self._levels is not None and (self._levels.shape != pixels.shape or self._levels_scale != scale):
            self._levels = None
        self._levels = quantized(pixels, self.scale, size, self._levels)
        self._levels_scale = scale
        return self._levels


def fitted(matrix: np.ndarray, rows: int, columns: int, *, signed: bool = True, pixel_height: int = 2) -> np.ndarray:
    """The matrix as at most `rows` x `columns` pixels, at least one each way; `pixel_height` 1 is of twice the height.

    Along an axis that is too long each pixel takes the largest of its values, by absolute value when `signed`, so that
    a single strong weight is never lost; NaN wins over all. Otherwise each value takes a whole number of pixels.
    """
    height, width = matrix.shape
    if height > rows or width > columns:
        matrix = _strongest(_strongest(matrix, rows, 0, signed), columns, 1, signed)
    tall = min(rows // matrix.shape[0], _LARGEST_PIXEL) if height <= rows else 1
    wide = min(columns // matrix.shape[1], _LARGEST_PIXEL) if width <= columns else 1
    if height <= rows and width <= columns:
        # Squares: a pixel of a whole cell is twice as high as wide.
        aspect = 2 if pixel_height == 1 else 1
        tall = max(min(tall, wide // aspect), 1)
        wide = min(wide, tall * aspect)
    return matrix.repeat(tall, axis=0).repeat(wide, axis=1)


def quantized(values: np.ndarray, scale: HeatScale, size: int, previous: np.ndarray | None = None) -> np.ndarray:
    """Ramp levels 0 to `size - 1` of the values; -2 for a value that is not finite.

    A level of `previous`, of the same shape and scale, stays while the value is within 0.75 levels of it.
    """
    span = scale.high - scale.low
    there = np.isfinite(values)
    place = (np.where(there, values, scale.low) - scale.low) / span if span > 0 else np.full(values.shape, 0.5)
    place = np.clip(place, 0.0, 1.0) * (size - 1)
    levels = np.rint(place).astype(int)
    if previous is not None:
        levels = np.where((previous >= 0) & (np.abs(place - previous) <= _KEPT_WITHIN), previous, levels)
    return np.where(there, levels, _NAN)


def _as_matrix(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    if values.dtype != np.float32:
        values = values.astype(np.float64)
    if values.ndim < 2:
        return values.reshape(1, -1)
    return values.reshape(-1, values.shape[-1]) if values.size else values.reshape(0, 0)


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


def _half_block_row(pair: np.ndarray, ramp: Ramp, invalid: Style) -> list[Segment]:
    """One line of cells from pixel levels `(2, width)`: the upper and the lower half of each cell."""
    top, bottom = pair
    # (a over b) as ▀ and (b over a) as ▄ share a style, so neighbours join into one run more often.
    swapped = (bottom > top) & (top >= 0)
    front, back = np.where(swapped, bottom, top), np.where(swapped, top, bottom)
    codes = np.where(swapped, ord("▄"), ord("▀")).astype(np.uint32)
    codes[top == bottom] = ord(" ")
    broken = (top == _NAN) | (bottom == _NAN)
    codes[broken], front[broken], back[broken] = ord("×"), _NAN, _NAN

    def style(key: int) -> Style | None:
        foreground, background = key // _KEYS - 2, key % _KEYS - 2
        if foreground == _NAN:
            return invalid
        if foreground == _OUTSIDE:
            return None
        return ramp.style(-1 if foreground == background else foreground, background)

    return segments(codes, (front + 2) * _KEYS + back + 2, style)


def _shade_row(row: np.ndarray, ramp: Ramp, invalid: Style) -> list[Segment]:
    """One line of characters from levels `(1, width)`."""
    characters = np.array([ord(character) for character in "× " + ramp.characters], dtype=np.uint32)
    codes = characters[row[0] + 2]
    return segments(codes, (row[0] == _NAN).astype(int), lambda broken: invalid if broken else None)


def _rounded_up(value: float) -> float:
    """The value, a little larger, with two significant digits: room to grow, and a label that reads well."""
    if value <= 0 or not math.isfinite(value):
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    rounded = math.ceil(value / unit - 1e-9) * unit if unit > 0 else value
    return max(float(f"{rounded:.6g}"), value) if math.isfinite(rounded) else value
