"""The cells of a line chart: which curve each belongs to, and what stands in it.

A cell has one foreground. A line keeps the cells its dots are in, where two lines meet each has every second column,
and points take at most every second column: so no curve ever hides another, and no dot has another's colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from rich.segment import Segment
from rich.style import Style

from nntui.display.braille import BrailleCanvas, as_blocks
from nntui.tui.plots.axis import YAxis
from nntui.tui.plots.palette import Palette
from nntui.tui.plots.runs_of_style import segments

ABOVE, BELOW, BROKEN = "▲", "▼", "×"
"""Values beyond the upper and the lower end of the axis, and values that are not finite."""
_FAINT = "·"
"""A cell of the spread where no shade sets it apart."""
_POINTS, _PLAIN_POINT = "⠛⠶⣤⣤", "o"
"""A fat point by its dot row in the cell, and for fonts without braille."""
_SPREAD, _MARK, _RAW, _NOBODY = -4, -3, -2, -1
_OFFSET = 8


class ChartCells:
    """`width` x `height` cells over a y axis; later layers stand in front. Series go by numbers from 0."""

    def __init__(self, width: int, height: int, axis: YAxis, *, braille: bool) -> None:
        self._axis, self._braille = axis, braille
        self._codes = np.full((height, width), 0x20, dtype=np.uint32)
        self._owner = np.full((height, width), _NOBODY, dtype=np.int16)
        self._shade = np.zeros((height, width), dtype=bool)

    def shade_spread(self, columns: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Shades each of the cell columns from the row of its low value to that of its high one."""
        height, width = self._shade.shape
        top, bottom = (self._axis.dots(ends, per_row=1) for ends in (high, low))
        inside, rows = columns < width, np.arange(height)[:, None]
        self._shade[:, columns[inside]] |= (rows >= top[inside]) & (rows <= bottom[inside])

    def draw_line(self, columns: np.ndarray, values: np.ndarray, number: int, *, turn: int = 0, of: int = 1) -> None:
        """A thin line through values at dot columns, two a cell.

        Of the cells that lines meet in, this one has those whose column, plus its `turn`, divides by their number `of`.
        """
        own = (np.arange(self._codes.shape[1]) + turn) % of == 0
        self._draw(columns, values, number, where=(self._owner == _NOBODY) | (self._owner == _RAW) | own)

    def draw_faint_line(self, columns: np.ndarray, values: np.ndarray) -> None:
        """A line behind all others."""
        self._draw(columns, values, _RAW, where=self._owner == _NOBODY)

    def _draw(self, columns: np.ndarray, values: np.ndarray, number: int, *, where: np.ndarray) -> None:
        height, width = self._codes.shape
        canvas = BrailleCanvas(width, height)
        # A little beyond the edges, so that a line leaves the chart where it does; no further, which would cost time.
        canvas.curve(columns, np.clip(self._axis.dots(values), -4, 4 * height + 3))
        mine = (canvas.bits > 0) & where
        text = canvas.text() if self._braille else as_blocks(canvas.bits)
        self._codes[mine], self._owner[mine] = text[mine], number

    def draw_points(self, columns: np.ndarray, values: np.ndarray, number: int) -> None:
        """A fat point in each of the cell columns, to a quarter of a row."""
        height, width = self._codes.shape
        for column, dot in zip(columns.tolist(), self._axis.dots(values).tolist(), strict=True):
            if column < width and 0 <= dot < 4 * height:
                row, within = divmod(int(dot), 4)
                self._set(row, column, _POINTS[within] if self._braille else _PLAIN_POINT, number)

    def mark_beyond(self, columns: np.ndarray, values: np.ndarray, number: int) -> None:
        """A mark at the edge for each stretch of cell columns whose values lie beyond the axis."""
        height, width = self._codes.shape
        dots, inside = self._axis.dots(values), columns < width
        for beyond, row, symbol in ((dots < 0, 0, ABOVE), (dots >= 4 * height, height - 1, BELOW)):
            for column in _middles(columns[beyond & inside]):
                self._set(row, column, symbol, number)

    def mark_broken(self, columns: np.ndarray) -> None:
        """A mark at the lower edge for each stretch of cell columns that have no finite value."""
        for column in _middles(columns[columns < self._codes.shape[1]]):
            self._set(len(self._codes) - 1, column, BROKEN, _MARK)

    def stamp(self, column: int, symbol: str, has_line: bool, *, value: float) -> None:
        """A mark at the row of a value, or for NaN at the top of what is free in its column, with a line down."""
        height, width = self._codes.shape
        if not 0 <= column < width:
            return
        if np.isfinite(value):
            row = int(self._axis.dots(np.array([value]))[0]) // 4
            self._set(min(max(row, 0), height - 1), column, symbol, _MARK)
            return
        free = np.flatnonzero(self._owner[:, column] == _NOBODY)
        if has_line:
            self._codes[free, column], self._owner[free, column] = ord("┊"), _MARK
        if len(free):
            self._set(int(free[0]), column, symbol, _MARK)

    def _set(self, row: int, column: int, symbol: str, number: int) -> None:
        self._codes[row, column], self._owner[row, column] = ord(symbol), number

    def rows(self, palette: Palette, colors: Sequence[int], mark: Style) -> list[list[Segment]]:
        """Each row as segments; `colors` are those of the series by number."""
        codes, owner, shade = self._codes.copy(), self._owner.copy(), self._shade
        if palette.shade is None:
            faint = shade & (owner == _NOBODY)
            codes[faint], owner[faint] = ord(_FAINT), _SPREAD
            shade = np.zeros_like(shade)
        style = _styles(palette, colors, mark)
        return [segments(codes[row], _carried(owner[row], shade[row]), style) for row in range(len(codes))]


def _middles(cells: np.ndarray) -> list[int]:
    """The middle of each stretch of neighbouring cells."""
    cells = np.unique(cells)
    return [int(part[len(part) // 2]) for part in np.split(cells, np.flatnonzero(np.diff(cells) > 1) + 1) if len(part)]


def _styles(palette: Palette, colors: Sequence[int], mark: Style) -> Callable[[int], Style]:
    """The style of a key of `_carried`."""
    plain = {_MARK: mark, _NOBODY: Style.null(), _SPREAD: palette.spread, _RAW: palette.spread}
    plain |= {index: palette.series_style(color) for index, color in enumerate(colors)}
    shaded = {owner: style + palette.shade for owner, style in plain.items()} if palette.shade is not None else plain
    return lambda key: (shaded if key % 2 else plain)[key // 2 - _OFFSET]


def _carried(owner: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """Keys of owners and shades; an empty cell has its neighbour's at the left where their shades are alike.

    A space shows no foreground, so it joins that run.
    """
    changed = np.diff(shade, prepend=~shade[:1])
    places = np.where((owner == _NOBODY) & ~changed, 0, np.arange(len(owner)))
    return (owner[np.maximum.accumulate(places)].astype(np.intp) + _OFFSET) * 2 + shade
