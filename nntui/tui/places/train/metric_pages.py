"""Which small charts of all metrics are in sight: how many fit, filtering, paging, and going from one to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

_WIDTH, _HEIGHT = 38, 6
"""Cells that a small chart takes at least."""
_TALL, _TALL_FROM = 11, 30
"""Least cells of a chart's height on a screen with this many lines: more charts would only be flatter."""
_MOST_COLUMNS = 4
_WIDE = 4.0
"""Cells of width for one of height, in a chart that reads well."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns and rows of charts on a page."""

    columns: int
    rows: int

    @property
    def places(self) -> int:
        """The charts of a page."""
        return self.columns * self.rows


def layout_of(width: int, height: int, count: int) -> Layout:
    """The layout of `count` charts in the cells given: the fullest pages that fit, or all, as large as they can be."""
    columns = min(max(width // _WIDTH, 1), _MOST_COLUMNS)
    rows = max(height // (_TALL if height >= _TALL_FROM else _HEIGHT), 1)
    if count >= columns * rows:
        return Layout(columns, rows)
    enough = [Layout(across, math.ceil(max(count, 1) / across)) for across in range(1, columns + 1)]

    def badness(layout: Layout) -> tuple[int, float]:
        shape = (max(width, 1) / layout.columns) / (max(height, 1) / layout.rows)
        return layout.places - count, abs(math.log(shape / _WIDE))

    return min((layout for layout in enough if layout.rows <= rows), key=badness)


@dataclass(frozen=True, slots=True)
class Pages:
    """The names of all charts, the words to filter by, and the one that is chosen."""

    names: tuple[str, ...] = ()
    words: str = ""
    chosen: str = ""

    @property
    def found(self) -> tuple[str, ...]:
        """The names that hold each of the words, in upper or lower case."""
        words = self.words.lower().split()
        return tuple(name for name in self.names if all(word in name.lower() for word in words))

    def with_names(self, names: Sequence[str]) -> Pages:
        """Of these names; what is chosen stays chosen where it is among them."""
        return replace(self, names=tuple(names))._settled()

    def filtered(self, words: str) -> Pages:
        """With these words to filter by."""
        return replace(self, words=words)._settled()

    def choosing(self, name: str) -> Pages:
        """With this one chosen, where it is found."""
        return replace(self, chosen=name) if name in self.found else self

    def page(self, layout: Layout) -> int:
        """The page of the chosen one, from 0."""
        return self._place() // layout.places

    def pages(self, layout: Layout) -> int:
        """How many pages there are, at least one."""
        return max(math.ceil(len(self.found) / layout.places), 1)

    def shown(self, layout: Layout) -> tuple[str, ...]:
        """The names on the page of the chosen one."""
        start = self.page(layout) * layout.places
        return self.found[start : start + layout.places]

    def moved(self, across: int, down: int, layout: Layout) -> Pages:
        """One chart further in a direction, over the edge of a page too; the same where there is none."""
        return self._at(self._place() + across + down * layout.columns)

    def turned(self, by: int, layout: Layout) -> Pages:
        """`by` pages on, at the same place of the page or the last of it; the same where there is none."""
        page = self.page(layout) + by
        if not 0 <= page < self.pages(layout):
            return self
        return self._at(min(self._place() + by * layout.places, len(self.found) - 1))

    def _place(self) -> int:
        return self.found.index(self.chosen) if self.chosen in self.found else 0

    def _at(self, place: int) -> Pages:
        return replace(self, chosen=self.found[place]) if 0 <= place < len(self.found) else self

    def _settled(self) -> Pages:
        found = self.found
        return self if self.chosen in found or not found else replace(self, chosen=found[0])
