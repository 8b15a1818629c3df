"""A question answered with yes or no."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.dialogs.dialog import Dialog


class ConfirmDialog(Dialog[bool]):
    """True for yes; esc and n answer False."""

    BINDINGS = [
        Binding("enter,y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No", key_display="esc"),
    ]

    def __init__(self, question: str, *, detail: str = "", title: str = "", yes: str = "Yes", no: str = "No") -> None:
        """`yes` and `no` are what the keys say they do: 'Attach' and 'Stay'."""
        super().__init__(title)
        self._question, self._detail = question, detail
        for key, words in (("enter", yes), ("y", yes), ("n", no), ("escape", no)):
            self._bindings.key_to_bindings[key] = [
                Binding(key, f"answer({words == yes})", words, show=key in ("enter", "escape"), key_display=_DISPLAY.get(key))
            ]  # fmt: skip

    def content(self) -> Iterable[Widget]:
        """The question, and a detail under it."""
        yield Static(self._question, markup=False)
        if self._detail:
            yield Static(self._detail, classes="muted", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Closes with the answer."""
        self.dismiss(answer)


_DISPLAY = {"escape": "esc"}
