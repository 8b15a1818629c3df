"""The app as a terminal sees it: what it sends, and how much of it is on its way at a time."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from textual.app import ReturnType

from nntui.tui.terminal.backpressure import backpressure_of
from nntui.tui.terminal.mirror import Mirror, color_system_of
from nntui.tui.terminal.textual_internals import Frame, UpdatingApp, frame_of, is_update, rendered_by


class TerminalApp(UpdatingApp[ReturnType]):
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

    def replaced(self, update: Any) -> Any:
        """For an update of the screen, one that sends what differs; Textual's own where that cannot be read."""
        frame = frame_of(update)
        if frame is None:
            if is_update(update):
                # What the terminal shows after it is not known.
                self._mirror.forget()
            return update
        return rendered_by(lambda console: self._text(frame, console))

    def _text(self, frame: Frame, console: Console) -> str:
        """What to send now; it counts as sent."""
        line = backpressure_of(self)
        text, is_whole = self._mirror.text(frame, self.size, color_system_of(console), room=line.room)
        line.sent(len(text.encode()))
        if not is_whole and not self._owes:
            self._owes = True
            line.wait(self._send_rest)
            # Behind what is being sent.
            self.call_later(line.ask)
        return text

    def _send_rest(self) -> None:
        self._owes = False
        if self.is_running and self.screen.size:
            self.display_whole_screen()
