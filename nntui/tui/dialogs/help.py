"""Help: every key of every place, from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.chrome.keys import KeyGroup
from nntui.tui.dialogs.scrolling import ScrollingDialog

_WIDEST = 13
"""Cells for keys: more than these two or three go on a line of their own."""


_AROUND = 2
"""Lines of a group besides its keys: its title, and the space under it."""


class HelpDialog(ScrollingDialog[bool]):
    """Groups of keys, the place one comes from first."""

    BINDINGS = [
        Binding("g", "app.guide", "Guide", tooltip="Read the guide"),
        Binding("question_mark,f1,q,enter", "cancel", "Close", show=False),
    ]

    def __init__(self, groups: Sequence[KeyGroup]) -> None:
        super().__init__("keys")
        self._groups = groups

    def lines(self) -> Iterable[Widget]:
        """One block a group."""
        room = min(max((len(line.keys) for group in self._groups for line in group.lines), default=0), _WIDEST)
        columns = [Vertical(*_blocks(groups, room), classes="column") for groups in _halves(self._groups)]
        # Beside one another where there is room, else below one another: the style sheet says which.
        yield Container(*columns, classes="columns")


def _halves(groups: Sequence[KeyGroup]) -> tuple[Sequence[KeyGroup], Sequence[KeyGroup]]:
    """The groups in two columns about as long as one another, the first one not the shorter."""
    total = sum(len(group.lines) + _AROUND for group in groups)
    height = 0
    for index, group in enumerate(groups):
        if height * 2 >= total:
            return groups[:index], groups[index:]
        height += len(group.lines) + _AROUND
    return groups, ()


def _blocks(groups: Sequence[KeyGroup], room: int) -> list[Widget]:
    blocks: list[Widget] = []
    for group in groups:
        blocks += [Static(group.title, classes="group"), Static(_table(group, room), classes="keys")]
    return blocks


def _table(group: KeyGroup, room: int) -> Table:
    """Keys to the right of a column of `room` cells, what they do beside it; what has no room goes on below itself."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", width=room, style="bold")
    table.add_column()
    for line in group.lines:
        table.add_row(Text(line.keys), Text(line.explanation))
    return table
