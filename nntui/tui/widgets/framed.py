"""A line-diffed widget in a frame of its own, so that a label on its edge costs one line and not the whole widget."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.frame import HEAVY, LIGHT, Edges, framed, inner_size
from nntui.tui.widgets.line_diffed import LineDiffed


class Framed(LineDiffed):
    """Draws `draw_body` and puts `edges` around it; below 4x3 cells the body stands alone."""

    COMPONENT_CLASSES = {"framed--border", "framed--title", "framed--label", "framed--mark"}
    DEFAULT_CSS = """
    Framed { background: $background; color: $foreground; }
    Framed > .framed--border { color: $foreground 30%; }
    Framed > .framed--title { color: $foreground; text-style: bold; }
    Framed > .framed--label { color: $text-muted; }
    Framed > .framed--mark { color: $text-accent; }
    Framed:focus > .framed--border { color: $border; }
    """

    def __init__(self, **keywords) -> None:
        """Keywords are as for `LineDiffed`."""
        super().__init__(**keywords)
        self._body: Sequence[Strip] = ()
        self._body_drawn_for: object = None

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """`height` lines of `width` cells."""
        raise NotImplementedError

    def edges(self) -> Edges:
        """What stands on the frame; asked after the body is drawn."""
        return Edges()

    def draw(self, width: int, height: int) -> Sequence[Strip]:
        """The body in its frame."""
        if width < 4 or height < 3:
            self._body_drawn_for = None
            return self.draw_body(width, height)
        self._body = self.draw_body(*inner_size(width, height))
        self._body_drawn_for = self._dress(width, height)
        return self._in_frame(width, height)

    def redress(self, width: int, height: int) -> Sequence[Strip]:
        """The body as it is, where only the frame looks different, such as for the focus."""
        if self._body_drawn_for != self._dress(width, height):
            return self.draw(width, height)
        return self._in_frame(width, height)

    def _dress(self, width: int, height: int) -> object:
        """What a body may depend on besides the data."""
        return width, height, self.depth, self.part_styles(without="framed--border")

    def _in_frame(self, width: int, height: int) -> Sequence[Strip]:
        # Colour alone cannot say where the focus is when there is none.
        box = HEAVY if self.has_focus and not self.palette.colored else LIGHT
        return framed(self._body, width, height, self.edges(), self.chrome("border"), box=box)

    def chrome(self, part: str) -> Style:
        """The style of a part of the chrome: border, title, label or mark."""
        return self.part_style(f"framed--{part}")
