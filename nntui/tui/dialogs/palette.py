"""The command palette: every action by name, one line each, with its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.choose import Chooser

if TYPE_CHECKING:
    from nntui.tui.app import Command


class PaletteDialog(Chooser["Command"]):
    """Answers with the command that was chosen."""

    repeats_lead = True

    def __init__(self, commands: Sequence[Command]) -> None:
        """`commands` in the order they are listed in."""
        super().__init__("commands", [Choice(each, each.title, lead=each.keys) for each in commands])

    def take(self, choice: Choice) -> None:
        """Closes with it."""
        self.dismiss(choice.value)
