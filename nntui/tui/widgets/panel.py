"""A framed panel of text, of which only the lines that changed are sent."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import cell_len, cut_to_cells
from nntui.display.printable import cut, printable
from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.framed import Framed

PanelLine = Sequence[tuple[str, str]]
"""Pieces of text, each with the name of its part: '' or 'plain' for none."""


_LONGEST = 1000
"""Characters of a line that is wrapped: a message in a log may have millions."""


class Panel(Framed):
    """Lines of text under a title; a line that is too long is cut, or wrapped where it is one piece and `wraps`."""

    COMPONENT_CLASSES = {f"panel--{part}" for part in ("muted", "strong", "wrong", "bar", "good", "warn", "bad")}
    DEFAULT_CSS = """
    Panel > .panel--muted { color: $text-muted; }
    Panel > .panel--strong { text-style: bold; }
    Panel > .panel--wrong { color: $text-error; }
    Panel > .panel--bar { color: $primary; }
    Panel > .panel--good { color: $text-success; }
    Panel > .panel--warn { color: $text-warning; }
    Panel > .panel--bad { color: $text-error; }
    """

    def __init__(self, title: str, *, wraps: bool = False, max_rate: float = 20, id: str | None = None) -> None:
        """`max_rate` is in drawings a second, for lines that are not the answer to a key."""
        super().__init__(id=id, max_rate=max_rate)
        self.title, self._wraps = title, wraps
        self._text: Sequence[PanelLine] = ()

    def show(self, lines: Sequence[PanelLine], *, title: str | None = None, now: bool = True) -> None:
        """Shows these lines, under another title where one is given; `now` answers a key."""
        self.title, self._text = self.title if title is None else title, lines
        self.redraw(now=now)

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """As many lines as fit; the last one says so where there are more."""
        text = [part for line in self._text for part in self._pieces_of(line, width - 2)]
        lines = [self._line(line, width) for line in text[:height]]
        if len(text) > height > 0:
            lines[-1] = self._line([(f"… and {len(text) - height + 1} lines more", "muted")], width)
        return [*lines, *[Strip.blank(width)] * (height - len(lines))]

    def _pieces_of(self, line: PanelLine, width: int) -> Sequence[PanelLine]:
        return wrapped(cut(line[0][0], _LONGEST), width, line[0][1]) if self._wraps and len(line) == 1 else [line]

    def edges(self) -> Edges:
        """The title."""
        return Edges(title=[(self.title, self.chrome("title"))])

    def _line(self, line: PanelLine, width: int) -> Strip:
        pieces, room = [Segment(" ")], width - 1
        for text, part in line:
            piece = cut_to_cells(text, room)
            pieces.append(
                Segment(piece, self.part_style(f"panel--{part}") if part not in ("", "plain") else Style.null())
            )
            room -= cell_len(piece)
        return Strip(pieces).adjust_cell_length(width)


def wrapped(text: str, width: int, part: str) -> list[PanelLine]:
    """A text in lines of at most `width` cells, all but the first indented."""
    text = printable(text)
    if cell_len(text) > len(text):
        # Lines are counted in characters: where some take two cells, as if all did.
        width //= 2
    return [[(line, part)] for line in textwrap.wrap(text, max(width, 10), subsequent_indent="  ")]
