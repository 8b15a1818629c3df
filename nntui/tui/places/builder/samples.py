"""Samples: some of the data the network will be given, as they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.panel import Panel, wrapped

if TYPE_CHECKING:
    from nntui.data.glance import Glance

READING = "Reading the data …"


class Samples(Panel):
    """Draws what was found, or says what to do where nothing was."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("samples", id=id)
        self._found: Glance | None = None
        self._words = READING
        self._name = ""

    def show_samples(self, name: str, found: Glance | None, words: str = "") -> None:
        """Shows samples of the data of this name; without any, the words."""
        if (name, found, words) != (self._name, self._found, self._words):
            self._name, self._found, self._words = name, found, words
            self._update()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._update()

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """The samples, a cell from the frame at both sides."""
        if self._found is None:
            return super().draw_body(width, height)
        # NumPy comes with it.
        from nntui.tui.places.builder.sample_lines import sample_lines

        muted, braille = self.chrome("label"), os.environ.get("TERM") != "linux"
        lines = sample_lines(self._found, max(width - 2, 0), height, self.palette, muted, braille=braille)
        return [Strip([Segment(" "), *line]).adjust_cell_length(width) for line in lines]

    def edges(self) -> Edges:
        """The data's name."""
        return Edges(title=[(self.title, self.chrome("title"))], right=[(self._name, self.chrome("label"))])

    def _update(self) -> None:
        self.show(wrapped(self._words, max(self.size.width - 4, 10), "muted") if self._words else [])
