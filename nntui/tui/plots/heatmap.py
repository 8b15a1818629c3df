"""A matrix as rows of half-block cells, two values a cell; shade characters where there are no colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from rich.style import Style
from textual.strip import Strip

from nntui.display.numbers import compact
from nntui.tui.plots.heat_grid import Grid, shrunk
from nntui.tui.plots.mosaic import Mosaic
from nntui.tui.plots.palette import Palette, Ramp
from nntui.tui.plots.runs_of_style import centred, segments
from nntui.tui.plots.scale import extent, finite

_SHRINK_BELOW = 0.6
_KEPT_WITHIN = 0.75
"""Levels: 0.5 is where rounding changes, so a value must move a quarter level before its cell is sent again."""
_NAN, _OUTSIDE = -2, -1
_KEYS = 64
"""More than the levels of any ramp with the two special ones."""
_INK = _KEYS * _KEYS
"""Style keys from here on are of numbers on a level, and the last of nothing special."""
_PLAIN = _INK + _KEYS
_DIGITS = 5
_SAMPLE = 7
"""Cells of the ramp in the legend."""


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
        """`height` strips of `width` cells of a matrix `(rows, columns)`, or of kernels `(cells ..., inputs, filters)`.

        A small matrix is drawn in blocks, with its numbers where they have room, a large one so that each pixel shows
        the value furthest from 0. Kernels are drawn as tiles; where these have no room, as a matrix whose rows are all
        axes but the last. Not-finite values are drawn as a cross.
        """
        width, height = max(width, 0), max(height, 0)
        shape = np.shape(matrix)
        matrix = _as_matrix(matrix)
        if not width or not height or not matrix.size:
            return centred(self.empty if width else "", width, height, label)
        ramp = self.ramp(palette)
        per_cell = 2 if palette.colored else 1
        mosaic = Mosaic.of(shape, height, width, per_cell=per_cell)
        raw = matrix if mosaic else shrunk(matrix, height * per_cell, width, signed=self.scale.signed)
        values = finite(raw).reshape(raw.shape)
        reach = extent(values.reshape(-1))
        if reach is not None:
            self.scale.fit(*reach)
        steady = self._steady(values, ramp.size)
        grid = Grid.of(raw.shape, height, width, per_cell=per_cell)
        pixels = mosaic.spread(steady, between=_OUTSIDE) if mosaic else grid.spread(steady)
        levels = np.full((height * per_cell, width), _OUTSIDE)
        levels[: pixels.shape[0], : pixels.shape[1]] = pixels
        lines = [
            _half_blocks(row) if palette.colored else _shades(row, ramp)
            for row in levels.reshape(height, per_cell, width)
        ]
        if grid.numbered and raw.shape == matrix.shape and not mosaic:
            for row in range(len(raw)):
                _write_numbers(*lines[grid.number_row(row)], raw[row], steady[row], grid)
        style = partial(_style, ramp=ramp, invalid=palette.invalid)
        return [Strip(segments(codes, keys, style), width) for codes, keys in lines]

    def ramp(self, palette: Palette) -> Ramp:
        """The ramp it is drawn with."""
        return palette.diverging if self.scale.signed else palette.sequential

    def legend(self, palette: Palette) -> list[tuple[str, Style]]:
        """The ramp from its low end to its high end with the values there: '-0.41 ≡=-· ░▒▓█ 0.41'."""
        ramp = self.ramp(palette)
        if not palette.colored:
            sample = [(ramp.characters, Style.null())]
        else:
            places = np.linspace(0, ramp.size - 1, _SAMPLE).round().astype(int).tolist()
            sample = [(" ", ramp.style(-1, level)) for level in places]
        low, high = (compact(end, _DIGITS) for end in (self.scale.low, self.scale.high))
        if self.scale.signed:
            low = f"-{high}"
        return [(f"{low} ", Style.null()), *sample, (f" {high}", Style.null())]

    def _steady(self, pixels: np.ndarray, size: int) -> np.ndarray:
        scale = (self.scale.low, self.scale.high, size)
        if self._levels is not None and (self._levels.shape != pixels.shape or self._levels_scale != scale):
            self._levels = None
        self._levels = quantized(pixels, self.scale, size, self._levels)
        self._levels_scale = scale
        return self._levels


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


def _half_blocks(pair: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Code points and style keys `(width,)` of a line of cells from the levels of its upper and lower pixels."""
    top, bottom = pair
    # (a over b) as ▀ and (b over a) as ▄ share a style, so neighbours join into one run more often.
    swapped = (bottom > top) & (top >= 0)
    front, back = np.where(swapped, bottom, top), np.where(swapped, top, bottom)
    codes = np.where(swapped, ord("▄"), ord("▀")).astype(np.uint32)
    codes[top == bottom] = ord(" ")
    broken = (top == _NAN) | (bottom == _NAN)
    codes[broken], front[broken], back[broken] = ord("×"), _NAN, _NAN
    return codes, (front + 2) * _KEYS + back + 2


def _shades(row: np.ndarray, ramp: Ramp) -> tuple[np.ndarray, np.ndarray]:
    """As `_half_blocks`, of levels `(1, width)`, as characters."""
    characters = np.array([ord(character) for character in "× " + ramp.characters], dtype=np.uint32)
    return characters[row[0] + 2], np.where(row[0] == _NAN, 0, _PLAIN)


def _style(key: int, ramp: Ramp, invalid: Style) -> Style | None:
    if key >= _INK:
        return ramp.ink(key - _INK) if key < _PLAIN else None
    foreground, background = key // _KEYS - 2, key % _KEYS - 2
    if foreground == _NAN:
        return invalid
    if foreground == _OUTSIDE:
        return None
    return ramp.style(-1 if foreground == background else foreground, background)


def _write_numbers(line: np.ndarray, keys: np.ndarray, values: np.ndarray, levels: np.ndarray, grid: Grid) -> None:
    """Put the numbers of a row of the matrix into the middle of their blocks, in place."""
    plain = grid.per_cell == 1
    # A stroke beside a number would be read as its sign: among characters a space stands on both sides.
    room = min(grid.wide - (2 if plain else 1), _DIGITS)
    for column, (value, level) in enumerate(zip(values.tolist(), levels.tolist(), strict=True)):
        text = compact(value, room)
        if plain:
            text = f" {text} "
        start = column * grid.wide + (grid.wide - len(text) + 1) // 2
        line[start : start + len(text)] = [ord(character) for character in text]
        if level >= 0 and not plain:
            keys[start : start + len(text)] = _INK + level


def _rounded_up(value: float) -> float:
    """The value, a little larger, with two significant digits: room to grow, and a label that reads well."""
    if value <= 0 or not math.isfinite(value):
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    rounded = math.ceil(value / unit - 1e-9) * unit if unit > 0 else value
    return max(float(f"{rounded:.6g}"), value) if math.isfinite(rounded) else value
