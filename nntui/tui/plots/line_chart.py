"""A line chart's body: y labels at the left, curves in braille, x labels below or for a frame to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.braille import BrailleCanvas
from nntui.tui.plots.labels import compact
from nntui.tui.plots.palette import Palette
from nntui.tui.plots.runs_of_style import centred, plain, segments
from nntui.tui.plots.scale import Buckets, Decimated, Limits, decimate, extent, finite, logarithm
from nntui.tui.plots.smoothing import smooth

LABEL_WIDTH = 6
_NARROWEST_WITH_LABELS = 14
_MARKER_EVERY = (9, 2)
"""Columns, of the first series and of the others: theirs are near enough to be a line of another kind."""
_FAINT = "·"
"""A cell of the spread where no colour sets it apart from a curve."""
_SPREAD, _MARK, _NOBODY = -3, -2, -1
MARKS = {"best": ("★", False), "change": ("◆", True), "warning": ("!", True), "cursor": ("┊", True)}
"""Kinds of marks: the character at the top, and whether a line goes down from it."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A named curve: `x (n,)`, rising in general, and `y (n,)`; not-finite values are gaps."""

    name: str
    x: np.ndarray
    y: np.ndarray
    color: int | None = None
    """Which of the palette's series colours and markers; None: by its place among the series."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place on the x axis: 'best', 'change', 'warning' or 'cursor'."""

    x: float
    kind: str = "change"
    on: str = ""
    """The name of the series whose curve it stands on; '' for the top of its column."""


@dataclass(frozen=True, slots=True)
class Chrome:
    """Styles of what is not data."""

    label: Style = Style()
    mark: Style = Style()


class LineChart:
    """Draws series and keeps the y limits from one drawing to the next, so that curves stay where they were."""

    empty = "no values"

    def __init__(self, *, log_y: bool = False, smoothing: float = 0.0) -> None:
        self.log_y = log_y
        """Logarithmic y axis: values that are not above 0 are gaps."""
        self.smoothing = smoothing
        """Weight of the past in the exponential mean, 0 (none) <= smoothing < 1."""
        self.x_range: tuple[float, float] | None = None
        """The part of the x axis to show; None: all of it, in columns that stay as it grows."""
        self.buckets: Buckets | None = None
        """The dot columns of the last drawing, two a cell; None when it was empty."""
        self.gutter = 0
        """Cells left of the curves in the last drawing."""
        self.gutter_needed = 0
        """Cells the y labels of the last drawing take; less than `gutter` where a wider one was asked for."""
        self._limits = Limits()

    @property
    def x_labels(self) -> tuple[str, str]:
        """The x values at the left and right end of the last drawing; '' when it was empty."""
        if self.buckets is None:
            return "", ""
        left, right = self.x_range or (self.buckets.start, self.buckets.end)
        return _place(left), _place(right)

    def draw(
        self,
        series: Sequence[Series],
        width: int,
        height: int,
        palette: Palette,
        *,
        marks: Sequence[Mark] = (),
        chrome: Chrome = Chrome(),
        x_labels: bool = False,
        reach: tuple[float, float] | None = None,
        gutter: int = 0,
    ) -> list[Strip]:
        """`height` strips of `width` cells; `x_labels` takes the last of them for the ends of the x axis.

        `reach` is what the x axis takes in besides the series, and `gutter` the cells that the y labels take at least:
        charts of one width with both in common have an x in the same column.
        """
        width, height = max(width, 0), max(height, 0)
        self.buckets, self.gutter_needed = None, 0
        if not width or not height:
            return [Strip([], width) for _ in range(height)]
        with_axis = x_labels and height > 1
        curves = [self._prepared(item) for item in series]
        shown = extent(np.array([*(reach or ()), *(end for item in curves for end in (extent(item.x) or ()))]))
        values = extent(np.array([end for item in curves for end in (extent(item.y) or ())]))
        if shown is None or values is None:
            return centred(self.empty, width, height, chrome.label)
        if self._limits.log != self.log_y:
            self._limits = Limits(log=self.log_y)
        self._limits.fit(*values)
        labels = {
            row: self._limits.label(place, LABEL_WIDTH) for row, place in self._limits.ticks(height - with_axis).items()
        }
        self.gutter = self._gutter(labels, width, gutter)
        plot = 2 * (width - self.gutter)
        self.buckets = Buckets.exactly(*self.x_range, plot) if self.x_range else Buckets.spanning(*shown, plot)
        body = self._body(curves, labels, width, height - with_axis, palette, marks, chrome)
        return [*body, self._axis(width, chrome)] if with_axis else body

    def _prepared(self, item: Series) -> Series:
        """Finite float64 with x rising, on the scale of the axis and smoothed as asked."""
        size = min(len(item.x), len(item.y))
        x, y = finite(item.x[:size]), finite(item.y[:size])
        if np.isnan(x).any():
            x, y = x[~np.isnan(x)], y[~np.isnan(x)]
        if (x[1:] < x[:-1]).any():
            order = np.argsort(x, kind="stable")
            x, y = x[order], y[order]
        y = smooth(y, self.smoothing)
        return replace(item, x=x, y=logarithm(y) if self.log_y else y)

    def _body(
        self,
        curves: Sequence[Series],
        labels: dict[int, str],
        width: int,
        height: int,
        palette: Palette,
        marks: Sequence[Mark],
        chrome: Chrome,
    ) -> list[Strip]:
        assert self.buckets is not None
        plot = width - self.gutter
        canvas, spread = BrailleCanvas(plot, height), BrailleCanvas(plot, height)
        for index, item in enumerate(curves):
            points = decimate(item.x, item.y, self.buckets)
            rows = self._dot_rows(points, height)
            if rows.crowded:
                spread.spans(rows, _SPREAD)
                rows = replace(rows, low=rows.mean, high=rows.mean, first=rows.mean, last=rows.mean)
            canvas.curve(points, rows, index)
        colors = [index if item.color is None else item.color for index, item in enumerate(curves)]
        codes, owner = canvas.text(), canvas.owner
        if not palette.colored:
            _stamp_markers(codes, owner, [palette.marker(color) for color in colors])
        self._stamp_marks(codes, owner, marks, curves)
        behind = (owner == _NOBODY) & (spread.bits > 0)
        codes[behind], owner[behind] = spread.text()[behind] if palette.colored else ord(_FAINT), _SPREAD
        styles = {_MARK: chrome.mark, _NOBODY: Style.null(), _SPREAD: palette.spread}
        styles.update({index: palette.series_style(color) for index, color in enumerate(colors)})
        lines = []
        for row in range(height):
            data = segments(codes[row], _carried(owner[row]), styles.__getitem__)
            lines.append(Strip([*self._label(row, labels, chrome), *data], width))
        return lines

    def _gutter(self, labels: dict[int, str], width: int, least: int) -> int:
        if width < _NARROWEST_WITH_LABELS:
            return 0
        self.gutter_needed = max(map(len, labels.values())) + 1
        return min(max(self.gutter_needed, least), LABEL_WIDTH + 1)

    def _dot_rows(self, points: Decimated, height: int) -> Decimated:
        rows = height * 4
        return replace(
            points,
            low=self._limits.rows(points.low, rows),
            high=self._limits.rows(points.high, rows),
            first=self._limits.rows(points.first, rows),
            last=self._limits.rows(points.last, rows),
            mean=self._limits.rows(points.mean, rows),
        )

    def _label(self, row: int, labels: dict[int, str], chrome: Chrome) -> list[Segment]:
        if not self.gutter:
            return []
        edge = "┤" if row in labels else "│"
        return [Segment(labels.get(row, "").rjust(self.gutter - 1) + edge, chrome.label)]

    def _stamp_marks(
        self, codes: np.ndarray, owner: np.ndarray, marks: Sequence[Mark], curves: Sequence[Series]
    ) -> None:
        """Put marks on the curves they belong to, else into cells that no curve needs, in place."""
        assert self.buckets is not None
        for mark in marks:
            place = (mark.x - self.buckets.start) / self.buckets.width / 2
            if not 0 <= place < codes.shape[1]:
                continue
            symbol, has_line = MARKS[mark.kind]
            row = self._row_on(mark, curves, len(codes))
            if row is not None:
                codes[row, int(place)] = ord(symbol)
                owner[row, int(place)] = _MARK
                continue
            free = np.flatnonzero(owner[:, int(place)] == _NOBODY)
            if has_line:
                codes[free, int(place)] = ord("┊")
                owner[free, int(place)] = _MARK
            if len(free):
                codes[free[0], int(place)] = ord(symbol)
                owner[free[0], int(place)] = _MARK

    def _row_on(self, mark: Mark, curves: Sequence[Series], height: int) -> int | None:
        """The row of cells in which the mark's curve passes; None where it has none, or a gap there."""
        curve = next((item for item in curves if item.name == mark.on), None)
        value = value_near(curve, mark.x) if curve is not None else float("nan")
        return int(self._limits.rows(np.array([value]), height * 4)[0]) // 4 if np.isfinite(value) else None

    def _axis(self, width: int, chrome: Chrome) -> Strip:
        left, right = self.x_labels
        space = width - self.gutter
        text = left + right.rjust(space - len(left)) if len(left) + len(right) < space else left
        return plain(" " * self.gutter + text, width, chrome.label)


def _place(x: float) -> str:
    # Ends of columns fall between whole steps or epochs: more digits would only look exact.
    return compact(round(x, 1), LABEL_WIDTH)


def value_near(item: Series, x: float) -> float:
    """The y value of the point nearest to `x`; NaN for a series without points."""
    size = min(len(item.x), len(item.y))
    return float(item.y[int(np.abs(item.x[:size] - x).argmin())]) if size else float("nan")


def _carried(owner: np.ndarray) -> np.ndarray:
    """Owners with empty cells given to the neighbour at the left: a space shows no colour and joins its run."""
    places = np.where(owner == _NOBODY, 0, np.arange(len(owner)))
    return owner[np.maximum.accumulate(places)]


def _stamp_markers(codes: np.ndarray, owner: np.ndarray, markers: Sequence[str]) -> None:
    """Write each series' character onto its curve every so many columns, in place."""
    for index, marker in enumerate(markers):
        mine = owner == index
        columns = np.flatnonzero(mine.any(axis=0))
        if not len(columns):
            continue
        chosen = columns[columns % _MARKER_EVERY[min(index, 1)] == 0]
        # A short curve may miss every stamp column: its end then carries the only one.
        chosen = chosen if len(chosen) else columns[-1:]
        codes[mine.argmax(axis=0)[chosen], chosen] = ord(marker)
