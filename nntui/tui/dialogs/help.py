"""Help: every key of every place, from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.chrome.keys import KeyGroup
from nntui.tui.dialogs.dialog import Dialog


class HelpDialog(Dialog[bool]):
    """Groups of keys, the place one comes from first."""

    BINDINGS = [
        Binding("down,j", "scroll_by(1)", "Scroll", key_display="↑↓"),
        Binding("up,k", "scroll_by(-1)", "Scroll up", show=False),
        Binding("pagedown,space", "scroll_by(12)", "Page down", show=False),
        Binding("pageup", "scroll_by(-12)", "Page up", show=False),
        Binding("question_mark,f1,q,enter", "cancel", "Close", show=False),
    ]

    def __init__(self, groups: Sequence[KeyGroup]) -> None:
        super().__init__("keys")
        self._groups = groups

    def content(self) -> Iterable[Widget]:
        """One block a group."""
        yield VerticalScroll(Static(_text(self._groups)), classes="lines", can_focus=False)

    def action_scroll_by(self, lines: int) -> None:
        """Scrolls by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _text(groups: Sequence[KeyGroup]) -> Content:
    room = max((len(line.keys) for group in groups for line in group.lines), default=0)
    parts = []
    for group in groups:
        parts.append(Content.styled(group.title, "bold $text-accent"))
        parts += [
            Content.assemble((f"  {line.keys:>{room}}  ", "bold"), (line.explanation, "")) for line in group.lines
        ]
        parts.append(Content(""))
    return Content("\n").join(parts[:-1])
