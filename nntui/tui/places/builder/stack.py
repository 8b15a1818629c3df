"""The stack: one line a layer, the chosen one marked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from nntui.display.cells import set_cell_size
from nntui.display.printable import printable
from nntui.tui.places.builder.stack_rows import HEADING, StackRow, cells, fit
from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.framed import Framed


class Stack(Framed, can_focus=True):
    """Draws only the lines that changed: an edit of one layer sends one line."""

    BINDINGS = [
        Binding("enter", "edit", "Edit", tooltip="Edit the chosen layer in the form"),
        Binding("up,k", "step(-1)", "Layer above", show=False),
        Binding("down,j", "step(1)", "Layer below", show=False),
        Binding("home", "step(-100000)", "First layer", show=False),
        Binding("end,G", "step(100000)", "Last layer", show=False),
    ]
    COMPONENT_CLASSES = {"stack--chosen", "stack--chosen-blurred", "stack--wrong", "stack--heading", "stack--detail"}
    DEFAULT_CSS = """
    Stack > .stack--chosen { background: $primary; color: $text; text-style: bold; }
    Stack > .stack--chosen-blurred { background: $foreground 12%; text-style: bold; }
    Stack > .stack--wrong { color: $text-error; }
    Stack > .stack--heading { color: $text-muted; }
    Stack > .stack--detail { color: $text-muted; }
    """

    class Chosen(Message):
        """Another layer was chosen."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class EditAsked(Message):
        """The chosen layer is to be edited."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, max_rate=20)
        self._rows: Sequence[StackRow] = ()
        self._source, self._shape = "", ""
        self._top = 0
        self.chosen = 0
        """Line of the chosen layer; 0 where there are none."""

    def show(self, rows: Sequence[StackRow], chosen: int, *, source: str, shape: str) -> None:
        """Shows layers, and above them the data's name and shape that go in."""
        self._rows, self._source, self._shape = rows, source, shape
        self.chosen = min(max(chosen, 0), max(len(rows) - 1, 0))
        self.redraw(now=True)

    @property
    def row(self) -> StackRow | None:
        """Of the chosen layer; None where there are none."""
        return self._rows[self.chosen] if self._rows else None

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """Heading, input, and as many layers as fit around the chosen one."""
        inner = max(width - 2, 1)
        source = StackRow("input", self._source)
        columns = fit([*self._rows, source], inner - 2)
        muted = self.part_style("stack--heading")
        lines = [self._line("  " + columns.line(HEADING), muted, width)]
        lines.append(self._line("  " + columns.line((source.name, source.detail, self._shape, "", "")), muted, width))
        room = max(height - len(lines), 1)
        self._keep_chosen_in(room)
        for index in range(self._top, min(self._top + room, len(self._rows))):
            row = self._rows[index]
            mark = "!" if row.wrong else "›" if index == self.chosen else " "
            lines.append(self._line(f"{mark} " + columns.line(cells(row)), self._style(index, row), width))
        if not self._rows:
            lines += [self._line("", muted, width), self._line("  no layers yet: press a to add one", muted, width)]
        return [*lines, *[Strip.blank(width)] * (height - len(lines))][:height]

    def edges(self) -> Edges:
        """The title, and how many layers are out of sight."""
        label = self.chrome("label")
        room = max(self.size.height - 4, 1)
        hidden = len(self._rows) - room
        right = [(f"{self.chosen + 1} of {len(self._rows)}", label)] if hidden > 0 else []
        return Edges(title=[("stack", self.chrome("title"))], right=right)

    def action_step(self, by: int) -> None:
        """Chooses a layer further down, or up."""
        self._choose(self.chosen + by)

    def action_edit(self) -> None:
        """Asks for the form."""
        self.post_message(self.EditAsked())

    def on_click(self, event: events.Click) -> None:
        index = event.y - 3 + self._top
        if 0 <= index < len(self._rows):
            self._choose(index)
            if event.chain == 2:
                self.action_edit()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_step(-1)

    def _choose(self, index: int) -> None:
        index = min(max(index, 0), max(len(self._rows) - 1, 0))
        if index != self.chosen:
            self.chosen = index
            self.redraw(now=True)
            self.post_message(self.Chosen(index))

    def _keep_chosen_in(self, room: int) -> None:
        self._top = min(max(self._top, self.chosen - room + 1), self.chosen)
        self._top = max(min(self._top, len(self._rows) - room), 0)

    def _style(self, index: int, row: StackRow) -> Style:
        style = self.part_style("stack--wrong") if row.wrong else Style()
        if index != self.chosen:
            return style
        if self.has_focus:
            return self.part_style("stack--chosen")
        return self.part_style("stack--chosen-blurred") + Style(color=style.color)

    def _line(self, text: str, style: Style, width: int) -> Strip:
        return Strip([Segment(set_cell_size(printable(f" {text}"), width), style)], width)
