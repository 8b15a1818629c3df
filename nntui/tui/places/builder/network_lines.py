"""The stack as a picture from input to output: a bar for each row of numbers, a pile of squares for feature maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nntui.display.cells import cell_len, cut_to_cells, fitted
from nntui.display.printable import printable
from nntui.tui.places.builder.stack_rows import StackRow
from nntui.tui.widgets.panel import PanelLine

_SOLID, _HOLLOW, _STEPS = "█", "░", "▌"
_WIDEST_SQUARE, _MOST_MAPS = 11, 6
_TALL = 3
"""Lines of a pile of squares, and of a bar where there is room to spare."""
_WIDEST_NAME = 16


@dataclass(frozen=True, slots=True)
class Part:
    """A layer of the picture, or the input."""

    name: str
    detail: str
    shape: tuple[int, ...] | None
    solid: bool
    """Whether it has parameters."""
    chosen: bool = False
    wrong: bool = False
    block: bool = False
    """Whether it holds layers, which come after it: its line is where it begins."""

    @property
    def words(self) -> str:
        """The shape, then what else there is to say: '64 relu'."""
        if self.shape is None:
            return "does not fit" if self.wrong else "…"
        shape = "×".join(map(str, self.shape))
        # A layer's detail may begin with its units or filters, which the shape ends with.
        words = self.detail.split()
        rest = words[1:] if words and words[0] == str(self.shape[-1]) else words
        return " ".join([shape, *rest])


def parts_of(rows: Sequence[StackRow], chosen: int, source: str, shape: tuple[int, ...] | None) -> list[Part]:
    """The input and the layers; the line `chosen` is the cursor's."""
    layers = [
        Part(
            name="  " * row.depth + row.name,
            detail=row.detail,
            shape=row.output_shape,
            solid=bool(row.parameters),
            chosen=at == chosen,
            wrong=row.wrong,
            block=row.is_block,
        )
        for at, row in enumerate(rows)
    ]
    return [Part("input", source, shape, False), *layers]


def network_lines(parts: Sequence[Part], width: int, height: int) -> list[PanelLine]:
    """At most `height` lines of `width` cells; of what does not fit, the middle and what is far from the cursor goes.

    Pieces are 'muted', 'bar' for layers, 'chosen' for the cursor's and 'wrong'.
    """
    frame = _Frame.of(parts, width)
    for look in (_Look(bar=_TALL), _Look(), _Look(joined=False), _Look(pile=1, joined=False)):
        if sum(map(look.height, parts)) + look.joined * (len(parts) - 1) <= height:
            return _drawn(parts, frame, look)
    first, last = _window(parts, height)
    above, below = first - 1, len(parts) - 1 - last
    low = _Look(pile=1)
    lines = frame.part(parts[0], low)
    if above:
        lines.append(frame.gap(above))
    for part in parts[first:last]:
        lines += frame.part(part, low)
    if below:
        lines.append(frame.gap(below))
    return [*lines, *frame.part(parts[-1], low)][:height]


def _window(parts: Sequence[Part], height: int) -> tuple[int, int]:
    """Which layers are drawn besides the input and the last: those around the cursor's."""
    room = max(height - 4, 0)
    at = next((index for index, part in enumerate(parts) if part.chosen), 1)
    first = min(max(at - room // 2, 1), max(len(parts) - 1 - room, 1))
    return first, min(first + room, len(parts) - 1)


def _drawn(parts: Sequence[Part], frame: _Frame, look: _Look) -> list[PanelLine]:
    lines: list[PanelLine] = []
    for index, part in enumerate(parts):
        if index and look.joined:
            lines.append(frame.joint())
        lines += frame.part(part, look)
    return lines


@dataclass(frozen=True, slots=True)
class _Look:
    """Lines that a bar and a pile of squares take, and whether there is a line from one layer to the next."""

    bar: int = 1
    pile: int = _TALL
    joined: bool = True

    def height(self, part: Part) -> int:
        if part.block:
            return 1
        return self.pile if part.shape is not None and len(part.shape) == 3 else self.bar


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where name, drawing and words stand."""

    name: int
    drawing: int
    words: int
    largest: int
    """Numbers of the widest row: its bar fills the drawing."""

    @classmethod
    def of(cls, parts: Sequence[Part], width: int) -> _Frame:
        name = min(max(cell_len(printable(part.name)) for part in parts), _WIDEST_NAME, width // 3)
        words = min(max(cell_len(printable(part.words)) for part in parts), width // 3)
        drawing = max(width - name - words - 6, 4)
        flat = [part.shape[-1] for part in parts if part.shape and len(part.shape) in (1, 2)]
        return cls(name, drawing, words, max(flat, default=1))

    def part(self, part: Part, look: _Look) -> list[PanelLine]:
        """The lines of a layer; its name and words stand on the middle one."""
        rows = self._picture(part, look)
        tone = "wrong" if part.wrong else "chosen" if part.chosen else "bar"
        lines: list[PanelLine] = []
        for index, row in enumerate(rows):
            middle = index == len(rows) // 2
            mark = ("!" if part.wrong else "›" if part.chosen else " ") if middle else " "
            name = f"{mark} {fitted(part.name if middle else '', self.name)}  "
            words = f"  {cut_to_cells(part.words, self.words)}" if middle else ""
            tone_of_name = tone if part.wrong or part.chosen else ""
            lines.append([(name, tone_of_name), (row.center(self.drawing), tone), (words, tone_of_name or "muted")])
        return lines

    def joint(self) -> PanelLine:
        """The line between two layers."""
        return [(" " * (self.name + 4), ""), ("│".center(self.drawing), "muted")]

    def gap(self, count: int) -> PanelLine:
        """Stands for layers that have no room."""
        words = f"⋮ {count} layer{'' if count == 1 else 's'}"
        return [(" " * (self.name + 4), ""), (words.center(self.drawing), "muted")]

    def _picture(self, part: Part, look: _Look) -> list[str]:
        if not part.shape:
            return [" ", "?", " "] if look.bar > 1 else ["?"]
        if part.block:
            return ["╌" * self.drawing]
        fill = _SOLID if part.solid else _HOLLOW
        if len(part.shape) == 3:
            return _squares(part.shape, fill, self.drawing, tall=look.pile > 1)
        if len(part.shape) == 2:
            # As many strokes as there are steps, on a scale of their own.
            return [_STEPS * min(max(round(3 * math.log2(1 + part.shape[0])), 1), self.drawing)] * look.bar
        *_, units = part.shape
        share = math.log2(1 + units) / math.log2(1 + self.largest)
        return [fill * min(max(round(share * self.drawing), 1), self.drawing)] * look.bar


def _squares(shape: tuple[int, ...], fill: str, room: int, *, tall: bool) -> list[str]:
    """Maps one behind another: as wide as they have pixels, and as many as they have channels, both on a log scale."""
    wide = min(max(round(2 * math.log2(1 + shape[1])), 1), _WIDEST_SQUARE, max(room - 2, 1))
    behind = min(round(math.log2(max(shape[2], 1))), _MOST_MAPS, max(room - wide - 2, 0))
    if not tall:
        return [fill * wide + "▕" * behind]
    return [
        f"┌{'─' * wide}┐{'┐' * behind}",
        f"│{fill * wide}│{'│' * behind}",
        f"└{'─' * wide}┘{'┘' * behind}",
    ]
