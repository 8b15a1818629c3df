"""A frame around a drawing, with printable text at both ends of its upper and lower edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import cell_len, set_cell_size
from nntui.display.printable import printable

LIGHT = "╭─╮│╰╯"
HEAVY = "┏━┓┃┗┛"
"""For focus where colours cannot show it."""

_LONGEST = 1000
"""Characters of a piece: a name in a file may have millions."""

Text = Sequence[tuple[str, Style]]
"""Pieces of text with their styles."""


@dataclass(frozen=True, slots=True)
class Edges:
    """What stands on a frame's edges; () for nothing."""

    title: Text = ()
    right: Text = ()
    footer: Text = ()
    footer_right: Text = ()


def framed(
    body: Sequence[Strip], width: int, height: int, edges: Edges, border: Style, *, box: str = LIGHT
) -> list[Strip]:
    """`height` strips of `width` cells around `body`, which must be two smaller each way (`inner_size`)."""
    side = Segment(box[3], border)
    inside, _ = inner_size(width, height)
    middle = [Strip([side, *line.adjust_cell_length(inside), side], width) for line in body[: height - 2]]
    return [
        _edge(width, box[0], box[1], box[2], edges.title, edges.right, border),
        *middle,
        _edge(width, box[4], box[1], box[5], edges.footer, edges.footer_right, border),
    ]


def inner_size(width: int, height: int) -> tuple[int, int]:
    """The cells a frame leaves for its body, width and height."""
    return max(width - 2, 0), max(height - 2, 0)


def _edge(width: int, left: str, line: str, right: str, start: Text, end: Text, border: Style) -> Strip:
    start, end = _shown(start), _shown(end)
    room = width - 3  # Both corners, and at least one cell of line between the texts.
    opening, closing = _padded(start, room), []
    room -= sum(segment.cell_length for segment in opening)
    if sum(cell_len(text) for text, _ in end) + 2 <= room:
        closing = _padded(end, room)
        room -= sum(segment.cell_length for segment in closing)
    fill = Segment(line * max(room + 1, 0), border)
    return Strip([Segment(left, border), *opening, fill, *closing, Segment(right, border)], width)


def _shown(text: Text) -> Text:
    return [(printable(piece, _LONGEST), style) for piece, style in text]


def _padded(text: Text, room: int) -> list[Segment]:
    """The text between two spaces, cut to `room` cells with an ellipsis; nothing when not even that fits."""
    if not text or room < 3:
        return []
    room -= 2
    found = [Segment(" ")]
    for piece, style in text:
        size = cell_len(piece)
        if size > room:
            found.append(Segment(set_cell_size(piece, room - 1) + "…", style) if room > 0 else Segment(""))
            break
        found.append(Segment(piece, style))
        room -= size
    return [segment for segment in [*found, Segment(" ")] if segment.text]
