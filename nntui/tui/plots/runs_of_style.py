"""Lines of cells as strips with as few segments as their styles need: each segment costs bytes on the line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import cell_len, set_cell_size
from nntui.display.printable import printable


def segments(codes: np.ndarray, keys: np.ndarray, style: Callable[[int], Style | None]) -> list[Segment]:
    """One line of code points `(width,)` uint32, one segment per run of equal keys `(width,)`, styled by key."""
    if not len(codes):
        return []
    text = codes.astype("<u4").tobytes().decode("utf-32-le")
    cuts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
    bounds = [0, *cuts.tolist(), len(text)]
    firsts = keys[bounds[:-1]].tolist()
    return [
        Segment(text[left:right], style(key)) for left, right, key in zip(bounds[:-1], bounds[1:], firsts, strict=True)
    ]


def plain(text: str, width: int, style: Style | None = None) -> Strip:
    """The printable text as a strip of exactly `width` cells, cut or filled with spaces at the right."""
    return Strip([Segment(set_cell_size(printable(text), width), style)] if width > 0 else [], width)


def centred(text: str, width: int, height: int, style: Style | None = None) -> list[Strip]:
    """`height` strips of `width` cells with one line of text in the middle."""
    rows = [plain("", width) for _ in range(height)]
    if rows:
        text = set_cell_size(printable(text), min(cell_len(printable(text)), width))
        rows[(height - 1) // 2] = plain(text.center(width - cell_len(text) + len(text)), width, style)
    return rows
