"""The base of the dialogs: a box over the place, which esc closes with None."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.printable import printable_lines
from nntui.tui.chrome.key_line import KeyLine
from nntui.tui.chrome.screens import quiet_focus
from nntui.tui.terminal.backpressure import backpressure_of

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A titled box; a subclass gives `content`, and closes with `dismiss(answer)`."""

    focused = quiet_focus()

    BINDINGS = [
        Binding("escape", "cancel", "Close", key_display="esc"),
        Binding("ctrl+c", "app.help_quit", show=False, system=True),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.message = Static(classes="message", markup=False)
        """A line for what went wrong; hidden while it is empty."""
        self.message.display = False

    def content(self) -> Iterable[Widget]:
        """The widgets in the box, from top to bottom."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        # To dim what is behind sends every cell of the screen, twice.
        self.set_class(backpressure_of(self.app).is_slow, "-slow-line")
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield from self.content()
            yield self.message
            yield KeyLine(hidden=("tab", "shift+tab"))

    def say(self, text: str) -> None:
        """Shows a message in the box; '' takes it away."""
        self.message.update(printable_lines(text))
        self.message.display = bool(text)

    def action_cancel(self) -> None:
        """Closes without an answer."""
        self.dismiss(None)
