"""A question answered with yes or no."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.printable import printable_lines
from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.terminal.textual_internals import bindings_of


class ConfirmDialog(Dialog[bool]):
    """True for yes; esc and n answer False."""

    BINDINGS = [Binding("enter,y", "answer(True)", "Yes"), Binding("escape,n", "answer(False)", "No")]

    def __init__(self, question: str, *, detail: str = "", title: str = "", yes: str = "Yes", no: str = "No") -> None:
        """`yes` and `no` are what the keys say they do: 'Attach' and 'Stay'."""
        super().__init__(title)
        self._question, self._detail = question, detail
        bindings = bindings_of(self)
        for keys, answer, words in ((("enter", "y"), True, yes), (("escape", "n"), False, no)):
            for key in keys:
                # Taken out first, so that the key line has yes before no.
                bindings.pop(key, None)
                bindings[key] = [Binding(key, f"answer({answer})", words)]

    def content(self) -> Iterable[Widget]:
        """The question, and a detail under it."""
        yield Static(printable_lines(self._question), markup=False)
        if self._detail:
            yield Static(printable_lines(self._detail), classes="muted", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Closes with the answer."""
        self.dismiss(answer)
