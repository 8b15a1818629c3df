"""All metrics of a run at once, as pages of small charts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.chrome.screens import quiet_size
from nntui.tui.places.train.curves import LOSS, XAxis, curves_of, is_by_step, marks, names_of, reach_of, sampling_words
from nntui.tui.places.train.metric_pages import Layout, Pages, layout_of
from nntui.tui.widgets.chart import LineChartView
from nntui.tui.widgets.line_input import LineInput
from nntui.tui.widgets.note_line import Note, NoteLine

_HINT = "arrows choose, enter puts it into the second chart"
_AROUND = 1
"""Lines besides the charts: the one that says which page this is."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is drawn: a run as it was seen, over an x axis."""

    snapshot: RunSnapshot
    axis: XAxis


class _Charts(Container):
    virtual_size = quiet_size()


class MetricGrid(Container):
    """Small charts, training and validation of a metric in one; the one with the focus is the chosen one."""

    BINDING_GROUP_TITLE = "all metrics"
    BINDINGS = [
        Binding("enter", "take", "Second chart", tooltip="Draw this metric in the second chart of the dashboard"),
        Binding("slash", "filter", "Filter", tooltip="Show only metrics with these words in their names"),
        Binding("n,pagedown", "turn(1)", "Page", key_display="n p", tooltip="Next page"),
        Binding("p,pageup", "turn(-1)", "Page before", show=False, tooltip="The page before"),
        Binding("escape", "leave", "Back", tooltip="Leave the filter, then the metrics"),
        Binding("left", "move(-1, 0)", "Left", show=False, tooltip="The chart at the left"),
        Binding("right", "move(1, 0)", "Right", show=False, tooltip="The chart at the right"),
        Binding("up,k", "move(0, -1)", "Up", show=False, tooltip="The chart above"),
        Binding("down,j", "move(0, 1)", "Down", show=False, tooltip="The chart below"),
    ]
    DEFAULT_CSS = """
    MetricGrid { height: 1fr; layout: vertical; }
    MetricGrid > #metric-filter { display: none; height: 1; padding: 0 1; background: $background; }
    MetricGrid.-filtering > #metric-filter { display: block; }
    MetricGrid > #metric-charts { height: 1fr; layout: grid; grid-size: 1 1; }
    """

    class Taken(Message):
        """A metric is to stand in the second chart."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Left(Message):
        """The dashboard is to come back."""

    def __init__(self, **keywords) -> None:
        """Keywords are as for `Container`."""
        super().__init__(**keywords)
        self.pages = Pages()
        self._layout = Layout(1, 1)
        self._room = Size()
        self._shown: _Shown | None = None
        self.is_behind = False
        """Whether charts in sight are still to be drawn."""
        self._pool: list[LineChartView] = []
        self._head = NoteLine(id="metric-head")
        self._filter = LineInput(placeholder="words in the metric's name", id="metric-filter")
        self._charts = _Charts(id="metric-charts")

    @property
    def charts(self) -> list[LineChartView]:
        """Those in sight."""
        return self._pool[: len(self.pages.shown(self._layout))]

    @property
    def chart(self) -> LineChartView | None:
        """The chosen one; None where the filter finds nothing."""
        shown = self.pages.shown(self._layout)
        place = shown.index(self.pages.chosen) if self.pages.chosen in shown else len(self._pool)
        return self._pool[place] if place < len(self._pool) else None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._filter
        yield self._charts

    def open(self, snapshot: RunSnapshot, axis: XAxis, room: Size, *, chosen: str | None) -> None:
        """Draws all metrics in this room, the whole of this widget, from now on; `chosen` has the focus at first."""
        self._room = room
        self.pages = self.pages.with_names(names_of(snapshot)).choosing(chosen or LOSS)
        self.show(snapshot, axis, now=True)
        self.focus_first()

    def close(self) -> None:
        """Forgets the filter, and where curves stood."""
        self._filter.value = ""
        self.set_class(False, "-filtering")
        self.pages = self.pages.filtered("")
        self._shown, self.is_behind = None, False

    def show(self, snapshot: RunSnapshot, axis: XAxis, *, now: bool = False) -> None:
        """Draws the charts in sight anew from what is known; `now` answers a key."""
        self._shown = _Shown(snapshot, axis)
        self.pages = self.pages.with_names(names_of(snapshot))
        self._draw(now=now)

    def focus_first(self) -> None:
        """Gives the focus to the chosen chart; to the filter where it finds nothing."""
        chart = self.chart
        (chart if chart is not None else self._filter).focus()

    def on_resize(self, event: events.Resize) -> None:
        if self._shown is not None and event.size != self._room:
            self._room = event.size
            self._draw(now=True)
            self.focus_first()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, LineChartView):
            # By its place: its title is that of the page before until it is drawn.
            names = dict(zip(self._pool, self.pages.shown(self._layout), strict=False))
            self.pages = self.pages.choosing(names.get(event.widget, ""))
        if self._shown is not None:
            self._say(now=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.pages = self.pages.filtered(event.value)
        self._draw(now=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_first()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Pages are turned only where there are several."""
        if action == "turn":
            return self.pages.pages(self._layout) > 1
        return True

    def action_take(self) -> None:
        """Asks for the chosen metric in the second chart."""
        if self.chart is not None:
            self.post_message(self.Taken(self.pages.chosen))

    def action_filter(self) -> None:
        """Asks for the words."""
        self.set_class(True, "-filtering")
        self._filter.focus()

    def action_leave(self) -> None:
        """Shows all metrics again, or where they all are shown, the dashboard."""
        if not self.has_class("-filtering"):
            self.post_message(self.Left())
            return
        self.set_class(False, "-filtering")
        self._filter.value = ""
        self.pages = self.pages.filtered("")
        self._draw(now=True)
        self.focus_first()

    def action_turn(self, by: int) -> None:
        """Goes to another page."""
        self._go_to(self.pages.turned(by, self._layout))

    def action_move(self, across: int, down: int) -> None:
        """Goes to another chart."""
        self._go_to(self.pages.moved(across, down, self._layout))

    def _go_to(self, pages: Pages) -> None:
        turned = pages.shown(self._layout) != self.pages.shown(self._layout)
        self.pages = pages
        if turned:
            self._draw(now=True)
        self.focus_first()

    def _draw(self, *, now: bool) -> None:
        """The page, each of its charts from the run as it was seen last: the chosen one at once, then the others."""
        shown = self._shown
        if shown is None:
            return
        self._layout_for(len(self.pages.found))
        names = self.pages.shown(self._layout)
        chosen = names.index(self.pages.chosen) if names else 0
        self._mount_up_to(min(chosen + 1, len(names)))
        for place, chart in enumerate(self._pool):
            chart.display = place < len(names)
        self._say(now=now)
        self.is_behind = True
        rest = partial(self._draw_one_by_one, shown, names, chosen, now=now)
        self.run_worker(rest, group="draw", exclusive=True)

    async def _draw_one_by_one(self, shown: _Shown, names: Sequence[str], first: int, *, now: bool) -> None:
        """Lets go after each chart, so that a page of them keeps no key waiting."""
        snapshot, axis = shown.snapshot, shown.axis
        places, reach = marks(snapshot, axis), reach_of(curves_of(snapshot, LOSS, axis))
        for place in sorted(range(len(names)), key=lambda place: place != first):
            if self._shown is not shown:
                return
            is_new = self._mount_up_to(place + 1)
            name = names[place]
            self._pool[place].show(
                curves_of(snapshot, name, axis),
                places,
                title=name,
                reach=reach,
                axis=axis,
                remark=sampling_words(snapshot) if is_by_step(snapshot, name) else "",
                over=not snapshot.status.alive,
                now=now,
            )
            if is_new:
                # Its first paint comes with a frame: else those of all charts would come in one.
                painted = asyncio.Event()
                self.call_after_refresh(painted.set)
                await painted.wait()
            await asyncio.sleep(0)
        self.is_behind = False

    def _layout_for(self, count: int) -> None:
        layout = layout_of(self._room.width, self._room.height - _AROUND - self.has_class("-filtering"), count)
        if layout != self._layout:
            self._layout = layout
            self._charts.styles.grid_size_columns, self._charts.styles.grid_size_rows = layout.columns, layout.rows
            self.refresh_bindings()

    def _mount_up_to(self, count: int) -> bool:
        """Whether charts were missing."""
        missing = [LineChartView("") for _ in range(count - len(self._pool))]
        if missing:
            self._pool += missing
            self._charts.mount(*missing)
        return bool(missing)

    def _say(self, *, now: bool) -> None:
        """What the line above the charts says."""
        self._head.show(*self._words(self.pages.found), now=now, whole=True)

    def _words(self, found: Sequence[str]) -> list[Note]:
        count, pages = len(self.pages.names), self.pages.pages(self._layout)
        metrics = f"{len(found)} of {count} metrics" if self.pages.words.strip() else f"{count} metrics"
        if not found:
            return [("no metric has these words in its name", "warn"), ("esc shows all", "muted")]
        page = [(f"page {self.pages.page(self._layout) + 1} of {pages}", "plain")] if pages > 1 else []
        hint = "enter goes to the charts, esc shows all" if self._filter.has_focus else _HINT
        return [(metrics, "strong"), *page, (hint, "muted")]
