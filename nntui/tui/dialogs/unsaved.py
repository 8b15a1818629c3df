"""What to do with edits that are not saved."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.printable import printable
from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.terminal.textual_internals import put_binding_last


class Unsaved(StrEnum):
    """What the person wants done with them."""

    SAVE = "save"
    DISCARD = "discard"


class UnsavedDialog(Dialog[Unsaved]):
    """Asks before edits are lost; esc answers None: nothing is to happen."""

    BINDINGS = [
        Binding("s,enter", "answer('save')", "Save", key_display="enter"),
        Binding("d", "answer('discard')", "Discard"),
        Binding("escape,c", "cancel", "Cancel", key_display="esc"),
    ]

    def __init__(self, name: str, loss: str) -> None:
        """`name` is the model's; `loss` says what would happen to its edits: 'Quitting loses them.'."""
        super().__init__("unsaved edits")
        self._name, self._loss = name, loss
        # Put behind, so that the key line has saving first.
        put_binding_last(self, "escape")

    def content(self) -> Iterable[Widget]:
        """The question, and what is at stake."""
        yield Static(f"{printable(self._name)} has edits that are not saved. Save them?", markup=False)
        yield Static(printable(self._loss), classes="muted", markup=False)

    def action_answer(self, answer: str) -> None:
        """Closes with the answer."""
        self.dismiss(Unsaved(answer))
