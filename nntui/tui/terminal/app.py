"""The app as a terminal sees it: what it sends, and how much of it is on its way at a time."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.screen import Screen

from nntui.tui.terminal.backpressure import backpressure_of
from nntui.tui.terminal.mirror import Mirror, MirroredUpdate


class TerminalApp(App[ReturnType]):
    """An app that sends the cells that differ from what its terminal shows, and a slow line a piece at a time.

    What has not been sent when the screen changes again is never sent: each piece is of the screen as it is then.
    """

    def __init__(self, **keywords: Any) -> None:
        """Keywords are as for Textual's `App`."""
        super().__init__(**keywords)
        self._mirror = Mirror()
        self._owes = False
        """Whether the terminal lacks a part of the screen that is sent when it has answered."""

    def action_redraw(self) -> None:
        """Sends the whole screen: another program may have written over it."""
        self._mirror.forget()
        self.refresh(layout=True)

    # Textual has no public way to what it sends, hence the private names here and in `mirror`.

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            room = backpressure_of(self).room
            renderable = MirroredUpdate(self._mirror, renderable, self.size, room=room, sent=self._on_sent)
        super()._display(screen, renderable)

    def _on_sent(self, count: int, is_whole: bool) -> None:
        line = backpressure_of(self)
        line.sent(count)
        if not is_whole and not self._owes:
            self._owes = True
            line.wait(self._send_rest)
            # Behind what is being sent.
            self.call_later(line.ask)

    def _send_rest(self) -> None:
        self._owes = False
        if self.is_running and self.screen.size:
            screens = self._background_screens
            self._display(self.screen, self.screen._compositor.render_update(full=True, screen_stack=screens))
