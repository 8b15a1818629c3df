"""A curve in characters, for the command line: braille dots in lines of text, a logarithm below."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from nntui.cli.event_text import number

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille cell by row and column."""
_LEAST_WIDTH = 8


def curve_lines(
    x: Sequence[float], y: Sequence[float], *, width: int, height: int, highest: float, marks: Mapping[float, str]
) -> list[str]:
    """A curve over the logarithm of `x` (rising, above 0): `height` lines of dots, at most `width` characters long.

    What is above `highest` is cut off. Below stand the `marks`, a character at each place of x, and x in powers of ten.
    [] for fewer than two points.
    """
    if len(x) < 2:
        return []
    top, bottom = min(max(y), highest), min(y)
    labels = [number(top), number(bottom)]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, _LEAST_WIDTH)
    low, high = math.log10(x[0]), math.log10(x[-1])

    def place(value: float) -> float:
        return (math.log10(value) - low) / (high - low)

    rows = _drawn([place(value) for value in x], y, columns, height, bottom, top)
    left = [labels[0].rjust(margin), *[" " * margin] * (height - 2), labels[1].rjust(margin)][:height]
    lines = [f"{label} │{row}".rstrip() for label, row in zip(left, rows, strict=True)]
    lines.append(" " * margin + " └" + "─" * columns)
    spots = {round(place(value) * (columns - 1)): mark for value, mark in marks.items()}
    if spots:
        lines.append(" " * (margin + 2) + "".join(spots.get(column, " ") for column in range(columns)).rstrip())
    lines.append(" " * (margin + 2) + _powers(low, high, columns).rstrip())
    return lines


def _drawn(
    places: Sequence[float], y: Sequence[float], columns: int, height: int, bottom: float, top: float
) -> list[str]:
    """The dots, a text for each line; neighbours are joined."""
    cells = [[0] * columns for _ in range(height)]
    span = top - bottom or 1.0
    dots = [
        (place * (columns * 2 - 1), (1 - (min(value, top) - bottom) / span) * (height * 4 - 1))
        for place, value in zip(places, y, strict=True)
    ]
    for (x0, y0), (x1, y1) in pairwise(dots):
        steps = max(math.ceil(abs(x1 - x0)), math.ceil(abs(y1 - y0)), 1)
        for step in range(steps + 1):
            column, row = round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)
            cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in line) for line in cells]


def _powers(low: float, high: float, columns: int) -> str:
    """The powers of ten from `low` to `high`, as many as stand apart."""
    text = [" "] * columns
    free = 0
    for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1):
        label = f"1e{power}"
        start = min(round((power - low) / (high - low) * (columns - 1)), columns - len(label))
        if start >= free:
            text[start : start + len(label)] = label
            free = start + len(label) + 2
    return "".join(text)
