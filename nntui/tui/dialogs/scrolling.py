"""A dialog to read: a column that scrolls."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget

from nntui.tui.dialogs.dialog import Answer, Dialog


class ScrollingDialog(Dialog[Answer]):
    """As high as the screen allows; a subclass gives `lines`."""

    BINDINGS = [
        Binding("down,j", "scroll_by(1)", "Scroll", key_display="↑↓"),
        Binding("up,k", "scroll_by(-1)", "Scroll up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "Page down", show=False),
        Binding("pageup,b", "scroll_pages(-1)", "Page up", show=False),
    ]

    def lines(self) -> Iterable[Widget]:
        """What there is to read, from top to bottom."""
        raise NotImplementedError

    def content(self) -> Iterable[Widget]:
        """The column."""
        yield VerticalScroll(*self.lines(), classes="lines", can_focus=False)

    def action_scroll_by(self, lines: int) -> None:
        """Scrolls by lines, down where they are positive."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_scroll_pages(self, pages: int) -> None:
        """Scrolls by what is in sight less a line."""
        self.action_scroll_by(pages * max(self.query_one(VerticalScroll).size.height - 1, 1))
