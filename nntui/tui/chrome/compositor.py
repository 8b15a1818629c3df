"""What goes to the terminal for a frame in which a few cells changed: those cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor
from textual.strip import Strip

# Textual has no public way to what it sends. Its own update sends a widget's whole line up to the last changed cell,
# for each stretch of changed cells again.

_END, _BEGIN = "\x1b[0m", "\x1b["


class SparingUpdate(ChopsUpdate):
    """Sends the segments that lie in changed stretches, and no others."""

    def render_segments(self, console: Console) -> str:
        """The update as text for the terminal, with its escape sequences."""
        color_system = console._color_system or ColorSystem.TRUECOLOR
        sent: list[str] = []
        for y, start, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is not None and x < end and start < chop_end:
                    sent += _stretch(strip, x, y, start, min(end, chop_end), color_system)
        return "".join(sent)


class SparingCompositor(Compositor):
    """As Textual's, with a `SparingUpdate` for what is less than the whole screen."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """The changes since the last update; None where there are none."""
        update = super().render_partial_update()
        return update and SparingUpdate(update.chops, update.spans, update.chop_ends)


def _stretch(strip: Strip, x: int, y: int, start: int, end: int, color_system: ColorSystem) -> Iterator[str]:
    """The strip's segments between two columns of the screen, on which it begins at `x`, `y`."""
    segments: list[Segment] = []
    first = x
    for segment in strip:
        if x >= end:
            break
        after = x + segment.cell_length
        if after > start:
            if not segments:
                first = x
            segments.append(segment)
        x = after
    if segments:
        yield Control.move_to(first, y).segment.text
        yield _styled(segments, color_system)


def _styled(segments: Iterable[Segment], color_system: ColorSystem) -> str:
    pieces = [
        text if style is None else Strip.render_style(style, text, color_system=color_system)
        for text, style, _ in segments
    ]
    # To end one style and begin the next can be said at once.
    return "".join(pieces).replace(_END + _BEGIN, "\x1b[0;")
