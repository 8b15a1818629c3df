"""The table of runs: one line a run, a cursor that stays on its run while runs come and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from nntui.display.cells import end_in_cells
from nntui.display.status import tone
from nntui.tui.places.runs.columns import DAMAGED, Columns, fitting
from nntui.tui.places.runs.listing import RunRow
from nntui.tui.places.runs.order import NEWEST_FIRST, Order
from nntui.tui.plots.frame import Edges
from nntui.tui.plots.runs_of_style import centred, plain
from nntui.tui.widgets.framed import Framed

_MARK = 2


class RunsTable(Framed, can_focus=True):
    """Formats only the lines on the screen and sends only those that changed."""

    BINDINGS = [
        Binding("up,k", "step(-1)", "Run above", show=False),
        Binding("down,j", "step(1)", "Run below", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "step(-1000000)", "First run", show=False),
        Binding("end,G", "step(1000000)", "Last run", show=False),
    ]
    COMPONENT_CLASSES = {
        "runs-table--chosen", "runs-table--chosen-blurred", "runs-table--heading", "runs-table--good",
        "runs-table--warn", "runs-table--bad", "runs-table--muted",
    }  # fmt: skip
    DEFAULT_CSS = """
    RunsTable > .runs-table--chosen { background: $primary; color: $text; text-style: bold; }
    RunsTable > .runs-table--chosen-blurred { background: $foreground 12%; text-style: bold; }
    RunsTable > .runs-table--heading { color: $text-muted; }
    RunsTable > .runs-table--good { color: $text-success; }
    RunsTable > .runs-table--warn { color: $text-warning; }
    RunsTable > .runs-table--bad { color: $text-error; }
    RunsTable > .runs-table--muted { color: $text-muted; }
    """

    class Chosen(Message):
        """The cursor went to another run."""

    class Opened(Message):
        """A run was clicked twice."""

    def __init__(self, now: Callable[[], float], *, id: str | None = None) -> None:
        """`now` gives seconds since 1970, for the ages."""
        super().__init__(max_rate=4, id=id)
        self._now = now
        self._rows: Sequence[RunRow] = ()
        self._title = "runs"
        self.hint = ""
        """What stands in a table without rows."""
        self.order = NEWEST_FIRST
        """In which the rows are; marked in the heading."""
        self.headings: Sequence[str] = ()
        """Of the columns in the last drawing."""
        self._top = 0
        self._cursor = 0

    @property
    def chosen(self) -> RunRow | None:
        """The run under the cursor; None when there is none."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def above(self) -> RunRow | None:
        """The run in the line above the cursor's; None in the first line."""
        return self._rows[self._cursor - 1] if self._rows and self._cursor else None

    @property
    def rows(self) -> Sequence[RunRow]:
        """What is in the table."""
        return self._rows

    def show(self, rows: Sequence[RunRow], *, title: str = "runs", hint: str = "", order: Order = NEWEST_FIRST) -> None:
        """Show these from now on; the cursor stays on its run, or where it stood when that is gone."""
        before = self.chosen
        places = {row.run: index for index, row in enumerate(rows)}
        is_answer = title != self._title or order != self.order
        self._rows, self._title, self.hint, self.order = rows, title, hint, order
        if before is not None:
            self._cursor = places.get(before.run, self._cursor)
        self._cursor = min(self._cursor, max(len(rows) - 1, 0))
        self.redraw(now=is_answer)
        if before != self.chosen:
            self.post_message(self.Chosen())

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """Heading, and as many runs as fit around the cursor."""
        heading = self.part_style("runs-table--heading")
        if not self._rows:
            return centred(self.hint, width, height, heading)
        now = self._now()
        room = max(height - 1, 1)
        self._keep_in_sight(room)
        shown = self._rows[self._top : self._top + room]
        columns = fitting(self._rows if len(self._rows) <= 50 else shown, width - _MARK, now)
        self.headings = columns.headings
        words = columns.heading(self.order.heading, self.order.mark)
        lines = [plain(" " * _MARK + words, width, heading)] if height > 1 else []
        lines += [self._line(columns, row, index, now, width) for index, row in enumerate(shown, self._top)]
        return lines + [plain("", width)] * (height - len(lines))

    def edges(self) -> Edges:
        """Where the runs are, which one is chosen, and its full name."""
        label = self.chrome("label")
        chosen = self.chosen
        place = f"{self._cursor + 1} of {len(self._rows)}" if chosen is not None else ""
        # The end of a path tells more than its beginning.
        room = max(self.size.width - len(place) - 9, 1)
        title = end_in_cells(self._title, room)
        return Edges(
            title=[(title, self.chrome("title"))],
            right=[(place, label)] if place else (),
            footer=[(chosen.run.id, label)] if chosen is not None else (),
        )

    def action_step(self, by: int) -> None:
        """Moves the cursor down by this many runs, or up; stops at the ends."""
        cursor = min(max(self._cursor + by, 0), max(len(self._rows) - 1, 0))
        if cursor != self._cursor:
            self._cursor = cursor
            self.redraw(now=True)
            self.post_message(self.Chosen())

    def action_page(self, by: int) -> None:
        """Goes down by what is on the screen less a line, or up."""
        self.action_step(by * max(self.size.height - 4, 1))

    def on_click(self, event: events.Click) -> None:
        index = event.y - 2 + self._top
        if event.y >= 2 and index < len(self._rows):
            self.action_step(index - self._cursor)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_step(-1)

    def _keep_in_sight(self, room: int) -> None:
        self._top = min(max(self._top, self._cursor - room + 1), self._cursor)
        self._top = max(min(self._top, len(self._rows) - room), 0)

    def _line(self, columns: Columns, row: RunRow, index: int, now: float, width: int) -> Strip:
        chosen = index == self._cursor
        ground = Style.null()
        if chosen:
            part = "chosen" if self.has_focus else "chosen-blurred"
            ground = self.part_style(f"runs-table--{part}")
        segments = [Segment(("›" if chosen else " ").ljust(_MARK), ground)]
        for heading, text in columns.cells(row, now):
            # On the cursor's own ground a colour of the cell's could not be read.
            style = ground if chosen and self.has_focus else self._cell_style(heading, text, row) + ground
            segments.append(Segment(text, style))
        used = sum(segment.cell_length for segment in segments)
        segments.append(Segment(" " * max(width - used, 0), ground))
        return Strip(segments).adjust_cell_length(width)

    def _cell_style(self, heading: str, text: str, row: RunRow) -> Style:
        if heading == "state":
            return self.part_style(f"runs-table--{'warn' if row.summary.verdict else tone(row.summary.status)}")
        if heading == "model" and row.damaged and text.startswith(DAMAGED):
            return self.part_style("runs-table--bad")
        if heading == "loss":
            return self.palette.series_style(0)
        return self.part_style("runs-table--muted") if heading in ("age", "size", "run") else Style.null()
