"""The epochs of a run as a table that follows the newest one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.strip import Strip

from nntui.runs.events import EpochEnded
from nntui.tui.plots.frame import Edges
from nntui.tui.plots.runs_of_style import centred, plain
from nntui.tui.widgets.epoch_columns import Columns, Formats, first_metric, fitting
from nntui.tui.widgets.framed import Framed


class EpochTable(Framed, can_focus=True):
    """Newest epoch at the bottom; formats only the lines on the screen, so any number of epochs costs the same."""

    BINDINGS = [
        Binding("up,k", "scroll_lines(-1)", "Up", show=False),
        Binding("down,j", "scroll_lines(1)", "Down", show=False),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_pages(1)", "Page down", show=False),
        Binding("home,g", "scroll_edge(0)", "First", show=False),
        Binding("end,G", "scroll_edge(1)", "Newest", show=False),
    ]
    COMPONENT_CLASSES = {"epoch-table--heading", "epoch-table--best"}
    DEFAULT_CSS = """
    EpochTable > .epoch-table--heading { color: $text-muted; }
    EpochTable > .epoch-table--best { color: $text-success; text-style: bold; }
    """

    def __init__(self, title: str = "epochs", *, max_rate: float = 4.0, **keywords) -> None:
        """`title` stands on the frame; the rest is as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self.title = title
        self._epochs: Sequence[EpochEnded] = ()
        self._formats = Formats()
        self._best = 0
        self._metric: str | None = None
        self._top = 0
        self.following = True
        """Whether the newest epoch is kept in sight; scrolling up ends it, scrolling to the bottom starts it."""

    @property
    def top(self) -> int:
        """How many epochs are above the first one shown."""
        return self._top

    def show(self, epochs: Sequence[EpochEnded], *, metric: str | None = None, best_epoch: int | None = None) -> None:
        """Show these epochs from now on, oldest first; the sequence is kept, not copied.

        `metric` is the first shown besides the loss (default: the first there is). The star goes to the epoch
        `best_epoch`; None: to the last one that was the best when it ended.
        """
        self._epochs = epochs
        if not epochs:
            self._formats = Formats()
        self._metric = metric or (first_metric(epochs[-1]) if epochs else None)
        if best_epoch is None:
            best_epoch = next((epoch.epoch for epoch in reversed(epochs) if epoch.best), 0)
        self._best = best_epoch
        self.redraw()

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """The heading and as many epochs as fit."""
        label = self.chrome("label")
        if not self._epochs:
            return centred("no epoch has ended", width, height, label)
        self._scroll_within(height)
        heading = self.part_style("epoch-table--heading")
        best = self.part_style("epoch-table--best")
        shown = self._epochs[self._top : self._top + self._rows(height)]
        names = dict.fromkeys(name for epoch in shown for name in epoch.metrics)
        self._formats.take_in(shown, names)
        columns = fitting(width, self._metric, names, self._formats.formats())
        lines = [plain(columns.heading(), width, heading)] if height > 1 else []
        lines += [self._line(columns, epoch, width, best) for epoch in shown]
        return lines + [plain("", width)] * (height - len(lines))

    def edges(self) -> Edges:
        """The title, and which epochs are in sight while not all are."""
        label = self.chrome("label")
        rows = self._rows(self.size.height - 2)
        total = len(self._epochs)
        title = [(self.title, self.chrome("title"))]
        if total <= rows or self.following:
            return Edges(title=title)
        # By their numbers: of a long run not every epoch is there.
        first, last = self._epochs[min(self._top, total - 1)], self._epochs[min(self._top + rows, total) - 1]
        return Edges(title=title, right=[(f"{first.epoch}-{last.epoch} of {self._epochs[-1].epoch}", label)])

    def action_scroll_lines(self, by: int) -> None:
        """Scroll by lines, down when `by` is positive."""
        self._go_to(self._top + by)

    def action_scroll_pages(self, by: int) -> None:
        """Scroll by what is on the screen less a line, down when `by` is positive."""
        self._go_to(self._top + by * max(self._rows(self.size.height - 2) - 1, 1))

    def action_scroll_edge(self, end: int) -> None:
        """Scroll to the first epoch (0) or to the newest (1)."""
        self._go_to(len(self._epochs) if end else 0)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._go_to(self._top + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._go_to(self._top - 3)

    def _go_to(self, top: int) -> None:
        last = max(len(self._epochs) - self._rows(self.size.height - 2), 0)
        self._top = min(max(top, 0), last)
        self.following = self._top == last
        self.redraw(now=True)

    def _scroll_within(self, height: int) -> None:
        last = max(len(self._epochs) - self._rows(height), 0)
        self._top = last if self.following else min(self._top, last)

    def _rows(self, height: int) -> int:
        """Epochs that fit a body of this height: a line is the heading's where there are two."""
        return max(height - 1, 1)

    def _line(self, columns: Columns, epoch: EpochEnded, width: int, best: Style) -> Strip:
        text = columns.line(epoch)
        if epoch.epoch != self._best:
            return plain(text, width)
        cut = text[: max(width - 2, 0)]
        return Strip([Segment(f"{cut} ★".ljust(width)[:width], best)], width)
