"""The panes of the dashboard: side by side, or one at a time where there is no room or a person asks for one."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.chrome.screens import quiet_size
from nntui.tui.places.train.chart_pair import chart_pair, clear_pair
from nntui.tui.places.train.views import View, views
from nntui.tui.widgets.chart import LineChartView
from nntui.tui.widgets.epoch_table import EpochTable
from nntui.tui.widgets.framed import Framed
from nntui.tui.widgets.note_line import NoteLine

_NARROW, _LOW = 72, 12
_ROOMY, _WIDE = 100, 140


class PaneGrid(Container):
    """Holds the panes."""

    virtual_size = quiet_size()


class Panes(Container):
    """Loss, one of the views, metric and epochs; `current` is the one with the focus."""

    DEFAULT_CSS = """
    Panes { height: 1fr; layout: vertical; }
    Panes > #pane-names { display: none; }
    Panes > #pane-grid { height: 1fr; layout: grid; grid-size: 2 2; grid-columns: 34 1fr; grid-rows: 1fr 1fr; }
    Panes.-roomy > #pane-grid { grid-columns: 1fr 1fr; }
    Panes.-wide > #pane-grid { grid-columns: 3fr 2fr; }
    Panes.-single > #pane-names { display: block; }
    Panes.-single > #pane-grid { grid-size: 1 1; grid-columns: 1fr; grid-rows: 1fr; }
    Panes.-single > #pane-grid > Framed { display: none; }
    Panes.-single > #pane-grid > Framed.-current { display: block; }
    """

    def __init__(self, **keywords) -> None:
        """Keywords are as for `Container`."""
        super().__init__(**keywords)
        self.loss, self.metric = chart_pair()
        first = views()[0]
        self.view: View = first(id=first.view)
        """The view in the right pane."""
        self._made = {first.view: self.view}
        self.epochs = EpochTable(id="epochs")
        self.current: Framed = self.loss
        self.zoomed = False
        self._names = NoteLine(id="pane-names")

    @property
    def order(self) -> tuple[Framed, ...]:
        """The panes, as `tab` goes through them."""
        return self.loss, self.view, self.metric, self.epochs

    @property
    def single(self) -> bool:
        """Whether one pane fills the place."""
        return self.has_class("-single")

    def compose(self) -> ComposeResult:
        yield self._names
        with PaneGrid(id="pane-grid"):
            yield from self.order

    def on_mount(self) -> None:
        self.make_current(self.current)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if event.widget in self.order:
            self.make_current(event.widget)  # type: ignore[arg-type]

    def start_over(self) -> None:
        """Forget what was drawn: the next run has limits of its own."""
        clear_pair(self.loss, self.metric)
        for view in self._made.values():
            view.show_run(None)
        self.epochs.show(())
        self.draw_now()

    @property
    def chart(self) -> LineChartView:
        """The chart with the focus, else the loss."""
        return self.current if isinstance(self.current, LineChartView) else self.loss

    async def show_view(self, name: str, snapshot: RunSnapshot | None) -> None:
        """Puts the view of this name into the right pane, made where it was not shown before."""
        old = self.view
        if name == old.view:
            return
        kind = next(view for view in views() if view.view == name)
        new = self._made.get(name)
        if new is None:
            new = self._made[name] = kind(id=kind.view)
            await self.query_one(PaneGrid).mount(new, after=old)
        has_focus, was_current = old.has_focus, self.current is old
        self.view = new
        old.display = False
        # By the style sheet again, which shows one pane only where there is room for no more.
        new.styles.clear_rule("display")
        new.refresh(layout=True)
        new.show_run(snapshot)
        if was_current:
            old.remove_class("-current")
            self.make_current(new)
        if has_focus:
            new.focus()
        self.show_names()

    def next_view(self, by: int) -> str:
        """The name of the view after the one that is shown (1), or before it (-1), round and round."""
        names = [view.view for view in views()]
        return names[(names.index(self.view.view) + by) % len(names)]

    def draw_now(self) -> None:
        """Draw what there is without waiting for the next drawing's turn."""
        for pane in self.order:
            pane.redraw(now=True)

    def make_current(self, pane: Framed) -> None:
        """Make this the pane that is zoomed, and the one in sight where there is room for one."""
        self.current = pane
        for other in self.order:
            # It means something only where there is one pane; to go there styles all of them anew.
            other.set_class(other is pane, "-current", update=self.single)
        self.show_names()

    def focus_by(self, by: int) -> None:
        """Give the focus to the next pane (1) or the one before (-1), round and round."""
        place = self.order.index(self.current)
        # Shown first: what is not in sight cannot have the focus.
        self.make_current(self.order[(place + by) % len(self.order)])
        self.current.focus()

    def toggle_zoom(self) -> None:
        """Fill the place with the current pane, or go back."""
        self.zoomed = not self.zoomed
        self._lay_out()

    def show_names(self) -> None:
        """Write the line of names that stands above a pane on its own."""
        names = [(self._pane_name(pane), "strong" if pane is self.current else "muted") for pane in self.order]
        self._names.show(*names, ("tab next" + (", z back" if self.zoomed else ""), "muted"))

    def _pane_name(self, pane: Framed) -> str:
        name = pane.title if isinstance(pane, LineChartView) else str(pane.id)
        return f"▸{name}" if pane is self.current else f" {name}"

    def _lay_out(self) -> None:
        self.set_class(self.zoomed or self.size.width < _NARROW or self.size.height < _LOW, "-single")
        self.set_class(self.size.width >= _ROOMY, "-roomy")
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.show_names()
