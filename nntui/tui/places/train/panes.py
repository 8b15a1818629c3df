"""The panes of the dashboard: side by side, or one at a time where there is no room or a person asks for one."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from nntui.tui.chrome.screens import quiet_size
from nntui.tui.places.train.chart_pair import chart_pair, clear_pair
from nntui.tui.places.train.weights import WeightsPane
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
    """Loss, weights, metric and epochs; `current` is the one with the focus."""

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
        self.weights = WeightsPane(id="weights")
        self.epochs = EpochTable(id="epochs")
        self.order: tuple[Framed, ...] = (self.loss, self.weights, self.metric, self.epochs)
        """As `tab` goes through them."""
        self.current: Framed = self.loss
        self.zoomed = False
        self._names = NoteLine(id="pane-names")

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
        self.weights.show_live(None)
        self.epochs.show(())
        self.draw_now()

    @property
    def chart(self) -> LineChartView:
        """The chart with the focus, else the loss."""
        return self.current if isinstance(self.current, LineChartView) else self.loss

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
