"""The key line: what the keys do where the focus is."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from nntui.tui.chrome.keys import KeyLabel, active_labels

_LAST = ("help",)
"""Actions that keep their room at the right end."""
_LEFT_OUT = ("quit", "command_palette", "go(")


class KeyLine(Widget):
    """One line from the active bindings: those that do not fit are left out whole, help always stands at the end."""

    DEFAULT_CSS = """
    KeyLine { height: 1; width: 1fr; padding: 0 1; background: $background; color: $text-muted; }
    """

    def __init__(self, *, hidden: Sequence[str] = ()) -> None:
        """`hidden` are keys that are left out."""
        super().__init__()
        self._hidden = hidden
        self._labels: list[KeyLabel] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)
        self._update(self.screen)

    def _update(self, screen: Screen) -> None:
        labels = active_labels(screen, hidden=self._hidden) if self.is_attached else []
        if labels != self._labels:
            self._labels = labels
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit."""
        last = [label for label in self._labels if label.action in _LAST][:1]
        rest = [label for label in self._labels if label.action not in _LAST and not label.action.startswith(_LEFT_OUT)]
        return line(rest, last, self.size.width)


def line(labels: Sequence[KeyLabel], last: Sequence[KeyLabel], width: int) -> Content:
    """Keys and what they do in `width` cells: `labels` as far as they fit, then `last`."""
    ends = [_piece(label) for label in last]
    room = width - sum(end.cell_length + 2 for end in ends)
    pieces = []
    for label in labels:
        piece = _piece(label)
        if piece.cell_length > room:
            break
        pieces.append(piece)
        room -= piece.cell_length + 2
    return Content("  ").join([*pieces, *ends])


def _piece(label: KeyLabel) -> Content:
    return Content.assemble((label.keys, "bold $text-accent"), f" {label.description}")
