"""Curves in a frame: title and legend above, the ends of the x axis below."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.binding import Binding
from textual.strip import Strip

from nntui.tui.plots.frame import Edges, Text
from nntui.tui.plots.labels import compact
from nntui.tui.plots.line_chart import Chrome, LineChart, Mark, Series, value_near
from nntui.tui.widgets.framed import Framed

SMOOTHING = (0.0, 0.5, 0.8, 0.9, 0.97, 0.99)
"""The steps of + and -."""


class LineChartView(Framed, can_focus=True):
    """Series over a common x axis, at most four drawings a second."""

    BINDINGS = [
        Binding("y", "toggle_log", "Log scale", show=False),
        Binding("plus", "smooth(1)", "Smoother", show=False),
        Binding("minus", "smooth(-1)", "Rougher", show=False),
        Binding("c", "crosshair", "Crosshair", show=False),
        Binding("left", "walk(-1)", "Left", show=False),
        Binding("right", "walk(1)", "Right", show=False),
        Binding("up", "zoom(0.5)", "Closer", show=False),
        Binding("down", "zoom(2.0)", "Farther", show=False),
        Binding("escape", "leave_crosshair", "Leave crosshair", show=False),
    ]

    def __init__(self, title: str = "loss", *, max_rate: float = 4.0, **keywords) -> None:
        """`title` stands on the frame; the rest is as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self.title = title
        self.chart = LineChart()
        self.cursor: float | None = None
        """Where the crosshair stands on the x axis; None when it is off."""
        self.beside: LineChartView | None = None
        """A chart of the same width with which an x is to stand in the same column."""
        self._series: tuple[Series, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._reach: tuple[float, float] | None = None
        self._axis = self._remark = ""

    def show(
        self,
        series: Sequence[Series],
        marks: Sequence[Mark] = (),
        *,
        title: str | None = None,
        reach: tuple[float, float] | None = None,
        axis: str = "",
        remark: str = "",
        now: bool = False,
    ) -> None:
        """Draw these from now on; `reach` is what the x axis takes in besides them.

        `axis` is what it counts, and `remark` stands beside that; `now` is as for `redraw`.
        """
        self._series, self._marks, self._reach, self._remark = tuple(series), tuple(marks), reach, remark
        self._axis = axis
        if title is not None and title != self.title:
            self.title = title
            self.chart = LineChart(log_y=self.chart.log_y, smoothing=self.chart.smoothing)
        self.redraw(now=now)

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """Labels and curves."""
        cursor = () if self.cursor is None else (Mark(self.cursor, "cursor"),)
        other = self.beside if self.beside is not None and self.beside.size.width == self.size.width else None
        needed = self.chart.gutter_needed
        drawn = self.chart.draw(
            self._series,
            width,
            height,
            self.palette,
            marks=(*self._marks, *cursor),
            chrome=Chrome(self.chrome("label"), self.chrome("mark")),
            reach=self._reach,
            gutter=other.chart.gutter_needed if other is not None else 0,
        )
        if other is not None and self.chart.gutter_needed != needed:
            # Wider or narrower labels here move the columns there.
            self.call_later(other.redraw, now=True)
        return drawn

    def edges(self) -> Edges:
        """Title with what is set, legend or the values under the crosshair, and the x axis."""
        title, label = self.chrome("title"), self.chrome("label")
        notes = "".join(
            [" log" if self.chart.log_y else "", f" ~{self.chart.smoothing:g}" if self.chart.smoothing else ""]
        )
        left, right = self.chart.x_labels
        start = f"{self._axis} {left}".strip()
        footer: Text = [("  ".join(filter(None, (start, self._remark))), label)] if left else []
        if self.cursor is not None:
            footer = [(f"x {compact(self.cursor, 9)}", self.chrome("mark"))]
        return Edges(
            title=[(self.title, title), *([(notes, label)] if notes else [])],
            right=self._legend(),
            footer=footer,
            footer_right=[(right, label)] if right else [],
        )

    def action_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic y axis."""
        self.chart.log_y = not self.chart.log_y
        self.redraw(now=True)

    def action_smooth(self, by: int) -> None:
        """Smooth more (1) or less (-1)."""
        place = SMOOTHING.index(self.chart.smoothing) if self.chart.smoothing in SMOOTHING else 0
        self.chart.smoothing = SMOOTHING[min(max(place + by, 0), len(SMOOTHING) - 1)]
        self.redraw(now=True)

    def action_crosshair(self) -> None:
        """Turn the crosshair on, at the newest point, or off."""
        if self.cursor is not None:
            self.action_leave_crosshair()
            return
        self.cursor = max((float(item.x[-1]) for item in self._series if len(item.x)), default=None)
        self.refresh_bindings()
        self.redraw(now=True)

    def action_leave_crosshair(self) -> None:
        """Turn the crosshair off and show the whole axis again."""
        self.cursor = self.chart.x_range = None
        self.refresh_bindings()
        self.redraw(now=True)

    def action_walk(self, by: int) -> None:
        """Move the crosshair one cell to the right (1) or to the left (-1)."""
        buckets = self.chart.buckets
        if self.cursor is not None and buckets is not None:
            place = self.cursor + by * 2 * buckets.width
            self.cursor = min(max(place, buckets.start), buckets.end - buckets.width)
            self.redraw(now=True)

    def action_zoom(self, factor: float) -> None:
        """Show `factor` times as much of the x axis around the crosshair; the whole axis when that is all."""
        buckets = self.chart.buckets
        if self.cursor is None or buckets is None:
            return
        half = buckets.width * buckets.count * factor / 2
        starts = [float(item.x[0]) for item in self._series if len(item.x)]
        ends = [float(item.x[-1]) for item in self._series if len(item.x)]
        whole = 2 * half >= max(ends) - min(starts)
        self.chart.x_range = None if whole else (self.cursor - half, self.cursor + half)
        self.redraw(now=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Arrows and escape belong to the chart only while the crosshair is on."""
        return action not in ("walk", "zoom", "leave_crosshair") or self.cursor is not None

    def _legend(self) -> Text:
        pieces: list[tuple[str, Style]] = []
        for index, item in enumerate(self._series):
            number = index if item.color is None else item.color
            text = item.name if self.palette.colored else f"{self.palette.marker(number)} {item.name}"
            if self.cursor is not None:
                text += f" {compact(value_near(item, self.cursor), 6)}"
            pieces.append((text if not pieces else f" {text}", self.palette.series_style(number)))
        return pieces
