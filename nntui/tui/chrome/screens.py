"""Screens that send no more than what changed."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget


def quiet_focus() -> Reactive[Widget | None]:
    """As Textual's own, without drawing the whole screen: the two widgets concerned draw themselves."""
    return Reactive(None, repaint=False)


def quiet_size() -> Reactive[Size]:
    """Of what never scrolls: as Textual's own, without laying out and drawing everything again after a resize."""
    return Reactive(Size(0, 0), repaint=False)


class BaseScreen(Screen[None]):
    """The screen under all dialogs."""

    focused = quiet_focus()
