"""One line of words, each piece in a tone of its own."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from nntui.display.cells import cell_len, set_cell_size
from nntui.display.printable import printable
from nntui.tui.widgets.line_diffed import LineDiffed

Note = tuple[str, str]
"""Text and its tone: plain, strong, muted, good, warn or bad."""
_SEPARATOR = "   "
_CLOSE = "  "
_LONGEST = 1000
"""Characters: a message of a log may have millions."""


class NoteLine(LineDiffed):
    """Pieces side by side, three spaces between; what does not fit is cut with an ellipsis, or left out whole."""

    COMPONENT_CLASSES = {f"note-line--{tone}" for tone in ("plain", "strong", "muted", "good", "warn", "bad")}
    DEFAULT_CSS = """
    NoteLine { height: 1; padding: 0 1; }
    NoteLine > .note-line--plain { color: $foreground; }
    NoteLine > .note-line--strong { color: $foreground; text-style: bold; }
    NoteLine > .note-line--muted { color: $text-muted; }
    NoteLine > .note-line--good { color: $text-success; }
    NoteLine > .note-line--warn { color: $text-warning; }
    NoteLine > .note-line--bad { color: $text-error; }
    """

    def __init__(self, *, max_rate: float = 20.0, **keywords) -> None:
        """Keywords are as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self._notes: tuple[Note, ...] = ()
        self._whole = False

    @property
    def text(self) -> str:
        """The words, whether or not they fit."""
        return self._separator.join(text for text, _ in self._notes)

    def show(self, *notes: Note, now: bool = True, whole: bool = False) -> None:
        """Draw these from now on; `now` as for `redraw`, for what answers a key.

        `whole`: two spaces between them, and from the first that does not fit on none: a cut number would be a wrong
        one.
        """
        if (notes, whole) != (self._notes, self._whole):
            self._notes, self._whole = notes, whole
            self.redraw(now=now)

    @property
    def _separator(self) -> str:
        return _CLOSE if self._whole else _SEPARATOR

    def draw(self, width: int, height: int) -> Sequence[Strip]:
        """The line, and blank ones below it where there is more room."""
        segments, room = [], width
        for index, (text, tone) in enumerate(self._notes):
            piece = (self._separator if index else "") + printable(text, _LONGEST)
            size = cell_len(piece)
            if size > room:
                if self._whole:
                    break
                piece = set_cell_size(piece, room - 1) + "…" if room else ""
            segments.append(Segment(piece, self.part_style(f"note-line--{tone}")))
            room -= min(size, room)
        line = Strip([segment for segment in segments if segment.text]).adjust_cell_length(width)
        return [line, *[Strip([Segment(" " * width)], width)] * (height - 1)]
