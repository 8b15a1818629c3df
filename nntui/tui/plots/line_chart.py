"""A line chart's body: y labels at the left, curves as thin lines or single points, their spread as a shade behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.axis import LABEL_WIDTH, YAxis, whole, x_ticks
from nntui.tui.plots.line_chart_cells import ChartCells
from nntui.tui.plots.palette import Palette
from nntui.tui.plots.runs_of_style import centred
from nntui.tui.plots.scale import Buckets, extent, finite, logarithm
from nntui.tui.plots.series import Columns, Series, columns_of, spread_of
from nntui.tui.plots.smoothing import smooth
from nntui.tui.plots.y_range import Bulk, bulk_of

_NARROWEST_WITH_LABELS = 14
_POINT_EVERY = 2
"""Columns for a point where points are dense."""
_TICK_CELLS = 10
"""Columns for an x label at least."""
MARKS = {"best": ("★", False), "change": ("◆", True), "warning": ("!", True), "cursor": ("┊", True)}
"""Kinds of marks: the character at the top, and whether a line goes down from it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place on the x axis: 'best', 'change', 'warning' or 'cursor'."""

    x: float
    kind: str = "change"
    on: str = ""
    """The name of the series whose curve it stands on; '' for the top of its column."""
    words: str = ""
    """What happened there, for a crosshair that stands in its column."""


@dataclass(frozen=True, slots=True)
class Chrome:
    """Styles of what is not data."""

    label: Style = Style()
    mark: Style = Style()


class YRange(StrEnum):
    """What the y axis takes in."""

    BULK = "bulk"
    """The curves without their first steps and outliers, which marks at the edge stand for."""
    ALL = "all"
    HALF = "last half"
    """The curves in the right half of the chart."""


class LineChart:
    """Draws series and keeps the y axis from one drawing to the next, so that curves stay where they were."""

    empty = "no values"

    def __init__(self, *, log_y: bool = False, smoothing: float = 0.0, y_range: YRange = YRange.BULK) -> None:
        self.log_y = log_y
        """Logarithmic y axis: values that are not above 0 are gaps."""
        self.smoothing = smoothing
        """Weight of the past in the exponential mean of lines, 0 (none) <= smoothing < 1."""
        self.y_range = y_range
        self.braille = True
        """Whether the terminal's font has braille; else lines are drawn in half blocks."""
        self.x_range: tuple[float, float] | None = None
        """The part of the x axis to show; None: all of it, in columns that stay as it grows."""
        self.buckets: Buckets | None = None
        """The dot columns of the last drawing, two a cell; None when it was empty."""
        self.gutter = 0
        """Cells left of the curves in the last drawing."""
        self.gutter_needed = 0
        """Cells the y labels of the last drawing take; less than `gutter` where a wider one was asked for."""
        self.has_spread = False
        """Whether the last drawing shaded the spread of a series."""
        self.newest: dict[str, float] = {}
        """The last value drawn of each series by its name: of a line, its last column's mean."""
        self._axis = YAxis()
        self._fitted_as: object = None

    def x_ticks(self) -> list[tuple[int, str]]:
        """Cells of the last drawing and the whole round numbers to write below them."""
        if self.buckets is None:
            return []
        low, high = self.x_range or (self.buckets.start, self.buckets.end)
        ticks = x_ticks(low, high, self.buckets.count // 2, room=_TICK_CELLS)
        return [(self.gutter + cell, label) for cell, label in ticks]

    @property
    def x_end(self) -> str:
        """The last whole number on the x axis of the last drawing; '' when it was empty."""
        if self.buckets is None:
            return ""
        return whole(math.floor((self.x_range or (0.0, self.buckets.end - self.buckets.width))[1] + 1e-6))

    def draw(
        self,
        series: Sequence[Series],
        width: int,
        height: int,
        palette: Palette,
        *,
        marks: Sequence[Mark] = (),
        chrome: Chrome = Chrome(),
        reach: tuple[float, float] | None = None,
        gutter: int = 0,
        over: bool = False,
    ) -> list[Strip]:
        """`height` strips of `width` cells.

        `reach` is what the x axis takes in besides the series, and `gutter` the cells that the y labels take at least:
        charts of one width with both in common have an x in the same column. Once a run is `over` the axis ends where
        the run does; before, up to a fifth of it is free.
        """
        width, height = max(width, 0), max(height, 0)
        self.buckets, self.gutter_needed, self.has_spread = None, 0, False
        if not width or not height:
            return [Strip([], width) for _ in range(height)]
        curves = [self._prepared(item) for item in series]
        shown = extent(np.array([*(reach or ()), *(end for item in curves for end in (extent(item.x) or ()))]))
        if shown is None or all(extent(item.y) is None for item in curves):
            return centred(self.empty, width, height, chrome.label)
        # The labels' width is known once the axis is, and the axis once the columns are: labels rarely change it. The
        # room for them is made smaller once, and larger as often as they need.
        left, is_first = self._gutter(self.gutter or LABEL_WIDTH + 1, width, gutter), True
        while True:
            self.buckets = self._columns(shown, 2 * (width - left), over=over)
            layers = self._layers(curves)
            self._fit(layers, height)
            self.newest = {layer.item.name: self._value(layer) for layer in layers if layer.has_values}
            self.gutter_needed = max(map(len, self._axis.ticks().values())) + 1
            needed = self._gutter(self.gutter_needed, width, gutter)
            if needed == left or (needed < left and not is_first):
                break
            left, is_first = needed, False
        self.gutter = left
        return self._body(layers, width - self.gutter, height, palette, marks, chrome)

    def _gutter(self, room: int, width: int, least: int) -> int:
        return 0 if width < _NARROWEST_WITH_LABELS else min(max(room, least), LABEL_WIDTH + 1)

    def _columns(self, shown: tuple[float, float], count: int, *, over: bool) -> Buckets:
        if self.x_range is not None:
            return Buckets.exactly(*self.x_range, count)
        return Buckets.exactly(*shown, count) if over and shown[1] > shown[0] else Buckets.spanning(*shown, count)

    def _prepared(self, item: Series) -> Series:
        """Finite float64 with x rising, on the scale of the axis."""
        size = min(len(item.x), len(item.y))
        x, y, weight = finite(item.x[:size]), finite(item.y[:size]), item.weight
        weight = None if weight is None or len(weight) < size else weight[:size]
        keep: np.ndarray | None = None
        if np.isnan(x).any():
            keep = np.flatnonzero(~np.isnan(x))
        if (x[1:] < x[:-1]).any():
            places = np.arange(size) if keep is None else keep
            keep = places[np.argsort(x[places], kind="stable")]
        if keep is not None:
            x, y, weight = x[keep], y[keep], None if weight is None else weight[keep]
        return replace(item, x=x, y=logarithm(y) if self.log_y else y, weight=weight)

    def _layers(self, curves: Sequence[Series]) -> list[_Layer]:
        dotted = [item for item in curves if item.dotted]
        # Points of two series stand in columns of their own.
        return [self._layer(item, dotted.index(item) % _POINT_EVERY if item.dotted else 0) for item in curves]

    def _layer(self, item: Series, place: int) -> _Layer:
        assert self.buckets is not None
        cells = Buckets(self.buckets.start, self.buckets.width * 2, self.buckets.count // 2)
        # A point takes a cell, a line a dot of it.
        raw = columns_of(item.x, item.y, item.weight, cells if item.dotted else self.buckets)
        if item.dotted:
            raw = _thinned(raw, place)
        smoothed = raw.mean if item.dotted or not self.smoothing else smooth(raw.mean, self.smoothing)
        spread = None
        if not item.dotted and not item.is_setting and raw.crowded:
            spread = spread_of(item.x, item.y, cells)
            self.has_spread = True
        return _Layer(item, raw, smoothed, spread)

    def _value(self, layer: _Layer) -> float:
        """The newest value of a layer; of points the last as it is, where columns are means of several."""
        there = layer.item.y if layer.item.dotted or layer.item.is_setting else layer.smoothed
        value = float(there[np.isfinite(there)][-1])
        return 10.0**value if self.log_y else value

    def _fit(self, layers: Sequence[_Layer], height: int) -> None:
        assert self.buckets is not None
        kept_for = (self.log_y, self.y_range, self.x_range)
        if self._fitted_as != kept_for:
            self._axis, self._fitted_as = YAxis(log=self.log_y), kept_for
        bulks = [layer.bulk(self.buckets) for layer in layers]
        if self.y_range is YRange.HALF:
            ends = [end for bulk in bulks if (end := bulk.last_x) is not None]
            middle = ((max(ends) if ends else self.buckets.end) + self.buckets.start) / 2
            bulks = [bulk.after(middle) for bulk in bulks]
        low, high = bulk_of(bulks, whole=self.y_range is YRange.ALL)
        self._axis.fit(low, high, height)

    def _body(
        self, layers: Sequence[_Layer], plot: int, height: int, palette: Palette, marks: Sequence[Mark], chrome: Chrome
    ) -> list[Strip]:
        assert self.buckets is not None
        cells = ChartCells(plot, height, self._axis, braille=self.braille)
        lines = [(index, layer) for index, layer in enumerate(layers) if not layer.item.dotted]
        for turn, (index, layer) in enumerate(lines):
            if layer.spread is not None:
                cells.shade_spread(*layer.spread)
            if self.smoothing:
                cells.draw_faint_line(layer.raw.columns, layer.raw.mean)
            cells.draw_line(layer.raw.columns, layer.smoothed, index, turn=turn, of=len(lines))
        for index, layer in enumerate(layers):
            if layer.item.dotted:
                cells.draw_points(layer.raw.columns, layer.smoothed, index)
        for index, layer in enumerate(layers):
            columns = layer.raw.columns // (1 if layer.item.dotted else 2)
            cells.mark_beyond(columns, layer.smoothed, index)
            cells.mark_broken(columns[layer.raw.broken & np.isnan(layer.raw.mean)])
        curves = {layer.item.name: layer.item for layer in layers}
        for mark in marks:
            column = math.floor((mark.x - self.buckets.start) / self.buckets.width / 2)
            value = curves[mark.on].value_near(mark.x) if mark.on in curves else math.nan
            cells.stamp(column, *MARKS[mark.kind], value=value)
        colors = [index if layer.item.color is None else layer.item.color for index, layer in enumerate(layers)]
        rows = cells.rows(palette, colors, chrome.mark)
        labels = self._axis.ticks()
        return [Strip([*self._label(row, labels, chrome), *data], self.gutter + plot) for row, data in enumerate(rows)]

    def _label(self, row: int, labels: dict[int, str], chrome: Chrome) -> list[Segment]:
        if not self.gutter:
            return []
        edge = "┤" if row in labels else "│"
        return [Segment(labels.get(row, "").rjust(self.gutter - 1) + edge, chrome.label)]


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A series in the columns of a drawing."""

    item: Series
    raw: Columns
    smoothed: np.ndarray
    spread: tuple[np.ndarray, np.ndarray, np.ndarray] | None

    @property
    def has_values(self) -> bool:
        """Whether any value of it is a number."""
        return bool(np.isfinite(self.item.y).any() and np.isfinite(self.smoothed).any())

    def bulk(self, buckets: Buckets) -> Bulk:
        """What the y axis may be fitted to."""
        width = buckets.width * (2 if self.item.dotted else 1)
        low, high = (self.spread[1], self.spread[2]) if self.spread is not None else (np.empty(0), np.empty(0))
        inside = (self.item.x >= buckets.start) & (self.item.x <= buckets.end)
        return Bulk(
            buckets.start + width * self.raw.columns, self.raw.mean, self.item.x[inside], self.item.y[inside], low, high
        )


def _thinned(columns: Columns, place: int) -> Columns:
    """Dense points at every second column only, each the mean of two; sparse ones, of one series, as they are."""
    if not place and (len(columns.columns) < 2 or (np.diff(columns.columns) >= _POINT_EVERY).all()):
        return columns
    pairs = columns.columns // _POINT_EVERY
    begins = np.flatnonzero(np.diff(pairs, prepend=-1))
    there = np.isfinite(columns.mean)
    counts = np.add.reduceat(there, begins, dtype=np.intp)
    totals = np.add.reduceat(np.where(there, columns.mean, 0.0), begins)
    mean = np.divide(totals, counts, out=np.full(len(begins), np.nan), where=counts > 0)
    broken = np.logical_or.reduceat(columns.broken, begins)
    return Columns(pairs[begins] * _POINT_EVERY + place, mean, broken, columns.crowded)
