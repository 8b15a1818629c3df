"""A framed panel of text, of which only the lines that changed are sent."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import cell_len
from nntui.display.printable import printable
from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.framed import Framed

Line = Sequence[tuple[str, str]]
"""Pieces of text, each with the name of its part: '' for plain."""


class Panel(Framed):
    """Lines of text under a title; what is too long is cut."""

    COMPONENT_CLASSES = {"panel--muted", "panel--strong", "panel--wrong", "panel--bar"}
    DEFAULT_CSS = """
    Panel > .panel--muted { color: $text-muted; }
    Panel > .panel--strong { text-style: bold; }
    Panel > .panel--wrong { color: $text-error; }
    Panel > .panel--bar { color: $primary; }
    """

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id, max_rate=20)
        self.title = title
        self._text: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Shows these lines."""
        self._text = lines
        self.redraw(now=True)

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """As many lines as fit; the last one says so where there are more."""
        lines = [self._line(line, width) for line in self._text[:height]]
        if len(self._text) > height > 0:
            lines[-1] = self._line([(f"… and {len(self._text) - height + 1} lines more", "muted")], width)
        return [*lines, *[Strip.blank(width)] * (height - len(lines))]

    def edges(self) -> Edges:
        """The title."""
        return Edges(title=[(self.title, self.chrome("title"))])

    def _line(self, line: Line, width: int) -> Strip:
        pieces = [Segment(" ")]
        pieces += [
            Segment(printable(text), self.part_style(f"panel--{part}") if part else Style.null()) for text, part in line
        ]
        return Strip(pieces).adjust_cell_length(width)


def wrapped(text: str, width: int, part: str) -> list[Line]:
    """A text in lines of at most `width` cells, all but the first indented."""
    text = printable(text)
    if cell_len(text) > len(text):
        # Lines are counted in characters: where some take two cells, as if all did.
        width //= 2
    return [[(line, part)] for line in textwrap.wrap(text, max(width, 10), subsequent_indent="  ")]
