"""Curves in a frame: title and legend above, the x axis below."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from textual.strip import Strip

from nntui.display.cells import cell_len
from nntui.display.numbers import compact
from nntui.tui.plots.frame import Edges, Text
from nntui.tui.plots.line_chart import Chrome, LineChart, Mark, YRange
from nntui.tui.plots.series import Series
from nntui.tui.widgets.framed import Framed

SMOOTHING = (0.0, 0.5, 0.8, 0.9, 0.97)
"""What S goes through."""
_EXACT = (9, 8, 7, 6)
"""Cells for a value under the crosshair: six significant digits, and fewer where there is less room."""


class LineChartView(Framed, can_focus=True):
    """Series over a common x axis, at most four drawings a second; the place it is in binds keys to its methods."""

    def __init__(self, title: str = "loss", *, max_rate: float = 4.0, **keywords: Any) -> None:
        """`title` stands on the frame; the rest is as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self.title = title
        self.chart = LineChart()
        self.cursor: float | None = None
        """Where the crosshair stands on the x axis; None when it is off."""
        self.beside: LineChartView | None = None
        """A chart of the same width with which an x is to stand in the same column."""
        self.cursor_words: Callable[[float], str] = lambda x: ""
        """What to say of the place of the crosshair, below the chart; left out where it does not fit."""
        self._series: tuple[Series, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._reach: tuple[float, float] | None = None
        self._axis = self._remark = ""
        self._over = False

    def show(
        self,
        series: Sequence[Series],
        marks: Sequence[Mark] = (),
        *,
        title: str | None = None,
        reach: tuple[float, float] | None = None,
        axis: str = "",
        remark: str = "",
        over: bool = False,
        now: bool = False,
    ) -> None:
        """Draw these from now on; `reach` is what the x axis takes in besides them, to its end where all is `over`.

        `axis` is what it counts, and `remark` stands beside that; `now` is as for `redraw`.
        """
        self._series, self._marks, self._reach, self._remark = tuple(series), tuple(marks), reach, remark
        self._axis, self._over = axis, over
        if title is not None and title != self.title:
            self.title = title
            self.start_over()
        self.redraw(now=now)

    def start_over(self) -> None:
        """Forget where curves stood; what a person has set stays."""
        old = self.chart
        self.chart = LineChart(log_y=old.log_y, smoothing=old.smoothing, y_range=old.y_range)
        self.cursor = None

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """Labels and curves."""
        cursor = () if self.cursor is None else (Mark(self.cursor, "cursor"),)
        other = self.beside if self.beside is not None and self.beside.size.width == self.size.width else None
        needed = self.chart.gutter_needed
        self.chart.braille = os.environ.get("TERM") != "linux"
        drawn = self.chart.draw(
            self._series,
            width,
            height,
            self.palette,
            marks=(*self._marks, *cursor),
            chrome=Chrome(self.chrome("label"), self.chrome("mark")),
            reach=self._reach,
            gutter=other.chart.gutter_needed if other is not None else 0,
            over=self._over,
        )
        if other is not None and self.chart.gutter_needed != needed:
            # Wider or narrower labels here move the columns there.
            self.call_later(other.redraw, now=True)
        return drawn

    def edges(self) -> Edges:
        """Title with what is set, the legend or the values under the crosshair, and the x axis."""
        title, label = self.chrome("title"), self.chrome("label")
        words = [
            "log" if self.chart.log_y else "",
            f"~{self.chart.smoothing:g}" if self.chart.smoothing else "",
            self.chart.y_range if self.chart.y_range is not YRange.BULK else "",
            "zoom" if self.chart.x_range is not None else "",
        ]
        heading: Text = [(self.title, title), *[(f" {word}", label) for word in words if word]]
        room = self.size.width - 7 - sum(cell_len(text) for text, _ in heading)
        return Edges(title=heading, right=self._legend(room), footer=self._footer())

    def toggle_log(self) -> None:
        """Switch between a linear and a logarithmic y axis."""
        self.chart.log_y = not self.chart.log_y
        self.redraw(now=True)

    def toggle_range(self, y_range: YRange) -> None:
        """Fit the y axis to this, or to the bulk again."""
        self.chart.y_range = YRange.BULK if self.chart.y_range is y_range else y_range
        self.redraw(now=True)

    def smooth_more(self) -> None:
        """The next of the ways to smooth, round and round."""
        place = SMOOTHING.index(self.chart.smoothing) if self.chart.smoothing in SMOOTHING else 0
        self.chart.smoothing = SMOOTHING[(place + 1) % len(SMOOTHING)]
        self.redraw(now=True)

    def toggle_crosshair(self) -> None:
        """Turn the crosshair on, at the newest point, or off; off shows the whole axis again."""
        if self.cursor is not None:
            self.leave_crosshair()
            return
        self.cursor = max((float(item.x[-1]) for item in self._series if len(item.x)), default=None)
        self.redraw(now=True)

    def leave_crosshair(self) -> None:
        """Turn the crosshair off and show the whole axis again."""
        self.cursor = self.chart.x_range = None
        self.redraw(now=True)

    def walk(self, by: int) -> None:
        """Move the crosshair one cell to the right (1) or to the left (-1); at the edge of a part, the part moves."""
        buckets = self.chart.buckets
        if self.cursor is None or buckets is None:
            return
        low, high = self._ends()
        self.cursor = min(max(self.cursor + by * 2 * buckets.width, low), high)
        part = self.chart.x_range
        if part is not None and not part[0] <= self.cursor <= part[1]:
            move = self.cursor - part[1] if self.cursor > part[1] else self.cursor - part[0]
            self.chart.x_range = part[0] + move, part[1] + move
        self.redraw(now=True)

    def zoom_x(self, factor: float) -> None:
        """Show `factor` times as much of the x axis around the crosshair; the whole axis when that is all."""
        buckets = self.chart.buckets
        if self.cursor is None or buckets is None:
            return
        half = buckets.width * buckets.count * factor / 2
        low, high = self._ends()
        self.chart.x_range = None if 2 * half >= high - low else (self.cursor - half, self.cursor + half)
        self.redraw(now=True)

    def _ends(self) -> tuple[float, float]:
        shown = [item for item in self._series if len(item.x)]
        return min(float(item.x[0]) for item in shown), max(float(item.x[-1]) for item in shown)

    def _legend(self, room: int) -> Text:
        """The longest legend that has room: values under the crosshair; or newest values, the best, and the spread."""
        if self.cursor is not None:
            return self._values_at(self.cursor, room)
        newest = [
            (item, f" {compact(value, 5)}" if (value := self.chart.newest.get(item.name)) is not None else "")
            for item in self._series
        ]
        best = [
            (item, text + (f" ★ {compact(item.best, 5)}" if item.best is not None else "")) for item, text in newest
        ]
        bare = [(item, "") for item in self._series]
        ways = [(best, True, True), (best, False, True), (newest, True, True), (newest, False, True)]
        for pieces, spread, named in (*ways, (newest, False, False)):
            text = self._pieces(pieces, spread=spread and self.chart.has_spread, named=named)
            if sum(cell_len(piece) for piece, _ in text) <= room:
                return text
        return self._pieces(bare, spread=False)

    def _values_at(self, x: float, room: int) -> Text:
        """Values with as many digits as fit, named or not; where not all of them fit, the first ones, whole."""
        values = [(item, item.value_near(x)) for item in self._series]
        for count in range(len(values), 0, -1):
            for cells in _EXACT:
                pieces = [(item, f" {compact(value, cells)}") for item, value in values[:count]]
                for named in (True, False):
                    text = self._pieces(pieces, spread=False, named=named)
                    if sum(cell_len(piece) for piece, _ in text) <= room:
                        return text
        return []

    def _pieces(self, series: Sequence[tuple[Series, str]], *, spread: bool, named: bool = True) -> Text:
        pieces: list[tuple[str, Any]] = []
        if spread:
            style = self.palette.shade
            pieces.append((" spread ", style) if style is not None else ("· spread", self.palette.spread))
        for index, (item, value) in enumerate(series):
            number = index if item.color is None else item.color
            sign = ("⠶" if self.chart.braille else "o") if item.dotted else "─"
            text = f"{sign}{item.name}{value}" if named else f"{sign}{value}"
            pieces.append(((" " if pieces else "") + text, self.palette.series_style(number)))
        return pieces

    def _footer(self) -> Text:
        """The x axis: what it counts, and round numbers below their columns; or where the crosshair stands."""
        label = self.chrome("label")
        if self.cursor is not None:
            place = f"{self._axis} {self._point_near(self.cursor)}".strip()
            words = [*self._happened(self.cursor), self.cursor_words(self.cursor)]
            room = self.size.width - 5 - cell_len(place)
            pieces: list[tuple[str, Any]] = [(place, self.chrome("mark"))]
            for piece in filter(None, words):
                # Whole or not at all: a number that is cut is another number.
                room -= 2 + cell_len(piece)
                pieces += [(f"  {piece}", label)] if room >= 0 else []
            return pieces
        ticks = self.chart.x_ticks()
        if not ticks:
            return []
        head = "  ".join(filter(None, (self._axis, self._remark)))
        pieces = [(head, label)] if head else []
        # Two cells of the frame stand before the text, and one before the body.
        end, last = 2 + cell_len(head), self.size.width - 3
        closing = self.chart.x_end if self._over else ""
        if closing:
            last -= len(closing) + 1
        for cell, text in ticks:
            start = 1 + cell - (len(text) - 1) // 2
            if start > end and start + len(text) <= last:
                pieces += self._line_to(end, start)
                pieces.append((text, label))
                end = start + len(text)
        if closing:
            pieces += self._line_to(end, self.size.width - 3 - len(closing))
            pieces.append((closing, label))
        return [piece for piece in pieces if piece[0]]

    def _point_near(self, x: float) -> str:
        """The x of the point nearest to the crosshair, which the values are of: '1,324', '2.35'."""
        points = np.concatenate([item.x for item in self._series] or [np.array([x])])
        if not len(points):
            return ""
        place = float(points[int(np.nanargmin(np.abs(points - x)))])
        return f"{place:,.0f}" if place.is_integer() else compact(place, 7)

    def _happened(self, x: float) -> list[str]:
        """What the marks in the column of a place stand for."""
        buckets = self.chart.buckets
        reach = buckets.width if buckets is not None else 0.0
        return [mark.words for mark in self._marks if mark.words and abs(mark.x - x) <= reach]

    def _line_to(self, end: int, start: int) -> Text:
        """The frame's line from the end of a label to the start of the next, with a space at both."""
        space = (" ", self.chrome("label"))
        return [space, ("─" * max(start - end - 2, 0), self.chrome("border")), space][: 3 if start - end > 1 else 1]
