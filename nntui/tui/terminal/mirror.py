"""What the terminal shows, cell by cell, so that a frame sends the cells that differ and no others.

Textual keeps no such record: it sends a refreshed widget whole, and the whole screen when a dialog opens or closes or a
layout changes. Over a slow line that is most of what a key waits for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from nntui.display.printable import printable
from nntui.tui.terminal.textual_internals import Frame

_GAP = 4
"""Unchanged cells of one look between two changed ones that are sent along: a jump over them costs as much."""
_AT_ONCE = 16
"""Cells between two looks at the room there is."""
_RESET = "\x1b[0m"
_COLOR_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


class Look(NamedTuple):
    """How a cell is drawn, as parameters of the terminal's SGR sequence; '' for the terminal's own."""

    attributes: str
    foreground: str
    background: str


Cell = tuple[str, Look]
"""A character, with what combines with it, and its look; '' in the second cell of a wide character."""

_PLAIN = Look("", "", "")
_BLANK: Cell = (" ", _PLAIN)
_UNKNOWN: Cell = ("\0", _PLAIN)
"""What nobody draws: differs from every cell."""


class Mirror:
    """A record of what was sent; `text` brings the terminal from there to a frame."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._rows: list[list[Cell]] = []
        self._next_row = 0

    def forget(self) -> None:
        """The terminal may show anything: the next update is sent whole."""
        self._size = Size(0, 0)

    def text(self, frame: Frame, size: Size, colors: ColorSystem, *, room: float = math.inf) -> tuple[str, bool]:
        """What to send for a frame of a screen of this size, about `room` bytes at most; whether that is all of it.

        It counts as sent. What has no room is left out, and so is what the terminal shows already: the next update of
        the whole screen begins with the row that was left out, or behind one that took all the room.
        """
        if size != self._size:
            self._size, self._rows = size, [[_UNKNOWN] * size.width for _ in range(size.height)]
        pieces = [piece for piece in _pieces(frame, colors) if 0 <= piece[0] < size.height and piece[2]]
        if frame.is_whole:
            pieces = sorted(pieces, key=lambda piece: (piece[0] < self._next_row, piece[0]))
        pen, first, self._next_row = _Pen(room), None, 0
        for y, x, cells in pieces:
            is_whole = self._draw(pen, y, x, cells[: size.width - x])
            first = y if first is None and pen.has_written else first
            if not is_whole:
                self._next_row = y if y != first else y + 1
                return pen.finished(), False
        return pen.finished(), True

    def _draw(self, pen: _Pen, y: int, x: int, cells: list[Cell]) -> bool:
        """Brings a stretch of a row to these cells; whether there was room for all that differ."""
        row, end = self._rows[y], x + len(cells)
        before = row[x:end]
        if before == cells:
            return True
        if any(not character for character, _ in chain(before, cells)):
            # Half of a wide character cannot be drawn over: the row is drawn again.
            if not pen.has_room:
                return False
            row[x:end] = cells
            pen.write(y, 0, [cell if cell != _UNKNOWN else _BLANK for cell in row])
            return True
        for start, stop in _runs(before, cells):
            while start < stop:
                if not pen.has_room:
                    return False
                after = min(stop, start + _AT_ONCE)
                pen.write(y, x + start, cells[start:after])
                row[x + start : x + after] = cells[start:after]
                start = after
        return True


def color_system_of(console: Console) -> ColorSystem:
    """The colours a console writes; all of them for one without colours, which writes to no terminal."""
    return _COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)


class _Pen:
    """Writes runs of cells with as few bytes as moving and changing the look take."""

    def __init__(self, room: float) -> None:
        self._room = room
        self._sent: list[str] = []
        self._look = _PLAIN
        self._place = (-1, -1)

    @property
    def has_written(self) -> bool:
        """Whether anything was written."""
        return bool(self._sent)

    @property
    def has_room(self) -> bool:
        """Whether more may be written; something always may."""
        return self._room > 0 or not self._sent

    def write(self, y: int, x: int, cells: Sequence[Cell]) -> None:
        """Writes cells from a column on."""
        pieces = [self._move(y, x)]
        for character, look in cells:
            if look != self._look:
                pieces.append(_turn(self._look, look))
                self._look = look
            pieces.append(character)
        self._place = (y, x + len(cells))
        text = "".join(pieces)
        self._room -= len(text.encode())
        self._sent.append(text)

    def finished(self) -> str:
        """All of it, the look given back."""
        if self._look != _PLAIN:
            self._sent.append(_RESET)
        return "".join(self._sent)

    def _move(self, y: int, x: int) -> str:
        row, column = self._place
        if self._place == (y, x):
            return ""
        return f"\x1b[{x - column}C" if row == y and x > column else f"\x1b[{y + 1};{x + 1}H"


def _pieces(frame: Frame, colors: ColorSystem) -> Iterable[tuple[int, int, list[Cell]]]:
    """Row, first column and cells of each stretch of the frame."""
    for y, x, strips, first, last in frame.stretches:
        yield y, x, [cell for strip in strips for cell in _cells(strip, colors)][first:last]


def _cells(strip: Strip, colors: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for segment in strip:
        look = _look(segment.style, colors) if segment.style is not None else _PLAIN
        if _is_single(segment.text):
            cells += [(character, look) for character in segment.text]
        else:
            cells += _cells_one_by_one(segment, look)
    return cells


@lru_cache(maxsize=4096)
def _is_single(text: str) -> bool:
    """Whether each character is shown, and takes one cell."""
    return text.isprintable() and (text.isascii() or all(cell_len(character) == 1 for character in text))


def _cells_one_by_one(segment: Segment, look: Look) -> list[Cell]:
    """As many cells as the segment is long, whatever its characters combine to; none that a terminal would obey.

    Widgets put a mark in the place of such characters; what reaches a widget of Textual's in another way ends here.
    """
    cells: list[Cell] = []
    for character in printable(segment.text, mark=""):
        width = cell_len(character)
        if width:
            cells += [(character, look), *([("", look)] * (width - 1))]
        elif cells:
            place = max(place for place, cell in enumerate(cells) if cell[0])
            cells[place] = (cells[place][0] + character, look)
    return (cells + [(" ", look)] * segment.cell_length)[: segment.cell_length]


def _runs(before: Sequence[Cell], after: Sequence[Cell]) -> list[tuple[int, int]]:
    """Stretches that hold all cells that differ; short gaps that need no change of look belong to them."""
    runs: list[tuple[int, int]] = []
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if runs and place - runs[-1][1] <= _GAP and _is_even(after[runs[-1][1] - 1 : place + 1]):
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _is_even(cells: Sequence[Cell]) -> bool:
    return all(look == cells[0][1] for _, look in cells)


@lru_cache(maxsize=8192)
def _look(style: Style, colors: ColorSystem) -> Look:
    return _parsed(Strip.render_ansi(style, colors))


@lru_cache(maxsize=1024)
def _parsed(codes: str) -> Look:
    """SGR parameters sorted into attributes and colours."""
    attributes: list[str] = []
    foreground = background = ""
    parts = codes.split(";") if codes else []
    while parts:
        code = int(parts[0])
        length = {"2": 5, "5": 3}[parts[1]] if code in (38, 48) else 1
        text, parts = ";".join(parts[:length]), parts[length:]
        if code == 38 or 30 <= code % 60 <= 37 or code == 39:
            foreground = text
        elif code == 48 or 40 <= code % 60 <= 47 or code == 49:
            background = text
        else:
            attributes.append(text)
    return Look(";".join(attributes), foreground, background)


@lru_cache(maxsize=8192)
def _turn(before: Look, after: Look) -> str:
    """The sequence from one look to another: only what differs, where attributes need not be taken back."""
    if before.attributes and before.attributes != after.attributes:
        codes = ["0", *filter(None, after)]
    else:
        codes = [after.attributes] if after.attributes != before.attributes else []
        if after.foreground != before.foreground:
            codes.append(after.foreground or "39")
        if after.background != before.background:
            codes.append(after.background or "49")
    return f"\x1b[{';'.join(codes)}m"
