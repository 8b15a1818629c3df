"""A line to type in that takes the keys of a burst in their order."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.binding import BindingsMap
from textual.widgets import Input

_LINE_KEYS = BindingsMap(Input.BINDINGS).key_to_bindings
"""What the keys that are no letters do in a line of text."""


class LineInput(Input):
    """Textual's line of text, one cell high and without a blinking cursor; `enter` is an `Input.Submitted`."""

    def __init__(self, value: str | None = None, **keywords: Any) -> None:
        """`value` stands in it at first; the rest is as for Textual's `Input`."""
        super().__init__(value, compact=True, **keywords)
        # A blinking cursor would send bytes down the line twice a second for nothing.
        self.cursor_blink = False

    def action_copy(self) -> None:
        """Copies what is selected, and says how to quit: a line that has just got the focus is selected as a whole."""
        super().action_copy()
        self.app.action_help_quit()

    async def on_key(self, event: events.Key) -> None:
        """Does what a key is bound to in the line at once, before the letters after it are put in.

        Left to Textual it would first go up to the app, and in a burst the letters would overtake it: backspace would
        delete what was typed after it.
        """
        for binding in _LINE_KEYS.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
