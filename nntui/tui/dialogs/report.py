"""A list of lines to read and close: what is in the way of something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.printable import printable_lines
from nntui.tui.dialogs.dialog import Dialog


class ReportDialog(Dialog[bool]):
    """Answers nothing."""

    BINDINGS = [Binding("enter", "cancel", "Close", show=False)]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__(title)
        self._lines = lines

    def content(self) -> Iterable[Widget]:
        """One line each, in a column that scrolls."""
        yield VerticalScroll(
            *(Static(printable_lines(f"! {line}"), markup=False) for line in self._lines), classes="lines"
        )

    def text(self) -> str:
        """All lines."""
        return "\n".join(f"! {line}" for line in self._lines)
