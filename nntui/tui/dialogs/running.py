"""What to do with a training that is running when another one is to start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.printable import printable
from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.terminal.textual_internals import put_binding_last

_MOST = 5
"""Runs that are named."""


class Beside(StrEnum):
    """What the person wants done with the runs that are running."""

    KEEP = "keep"
    STOP = "stop"


class RunningDialog(Dialog[Beside]):
    """Asks before a second training takes half the machine; esc answers None: nothing starts."""

    BINDINGS = [
        Binding("enter,b", "answer('keep')", "Train both", key_display="enter"),
        Binding("s", "answer('stop')", "Stop it first"),
        Binding("escape,c", "cancel", "Back", key_display="esc"),
    ]

    def __init__(self, runs: Sequence[str]) -> None:
        """`runs` are the ids of those that are running, at least one."""
        super().__init__("a training is running" if len(runs) == 1 else f"{len(runs)} trainings are running")
        self._runs = runs
        # Put behind, so that the key line has training both first.
        put_binding_last(self, "escape")

    def content(self) -> Iterable[Widget]:
        """The runs, and what either choice means."""
        names = [printable(run) for run in self._runs[:_MOST]]
        if len(self._runs) > _MOST:
            names.append(f"and {len(self._runs) - _MOST} more: see 4 Runs")
        yield Static("\n".join(names), markup=False)
        about = "Both would share the processors. A run that is stopped is saved, and can be resumed in Runs."
        yield Static(about, classes="muted", markup=False)

    def action_answer(self, answer: str) -> None:
        """Closes with the answer."""
        self.dismiss(Beside(answer))
