"""Network: the stack as a picture, the cursor's layer picked out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from nntui.tui.places.builder.network_lines import Part, network_lines
from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.panel import Panel

_EMPTY = (("No layers yet: a in the stack adds one.", "muted"),)


class Network(Panel):
    """Only what changes is sent: the cursor that moves on changes two layers."""

    COMPONENT_CLASSES = {"panel--chosen"}
    DEFAULT_CSS = """
    Network > .panel--bar { color: $foreground 60%; }
    Network > .panel--chosen { color: $text-accent; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("network", id=id)
        self._parts: Sequence[Part] = ()

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Shows the input and the layers."""
        if parts != self._parts:
            self._parts = parts
            self.redraw(now=True)

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """The picture, in the middle from top to bottom."""
        inner = max(width - 2, 1)
        lines = network_lines(self._parts, inner, height) if len(self._parts) > 1 else [_EMPTY]
        top = (height - len(lines)) // 2
        drawn = [self._line(line, width) for line in lines]
        return [*[Strip.blank(width)] * top, *drawn, *[Strip.blank(width)] * (height - top - len(drawn))]

    def edges(self) -> Edges:
        """The title, and what full and light bars are."""
        label = self.chrome("label")
        return Edges(title=[(self.title, self.chrome("title"))], footer=[("█ has parameters  ░ has none", label)])
