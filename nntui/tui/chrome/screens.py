"""Screens of which only what changed is drawn when the focus moves."""

from __future__ import annotations

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget


def quiet_focus() -> Reactive[Widget | None]:
    """As Textual's own, without drawing the whole screen: the two widgets concerned draw themselves."""
    return Reactive(None, repaint=False)


class BaseScreen(Screen[None]):
    """The screen under all dialogs."""

    focused = quiet_focus()
