"""Runs: the run directories, live, to attach to, resume and delete."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input, Static

from nntui.display.message import quoted
from nntui.display.printable import printable_lines
from nntui.display.sizes import size_text
from nntui.runs.commands import send
from nntui.runs.directory import RunsError
from nntui.runs.disk_usage import delete_run
from nntui.runs.events import Command
from nntui.runs.status import Status
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.places.place import Place
from nntui.tui.places.runs.listing import Listing, RunRow
from nntui.tui.places.runs.order import NEWEST_FIRST
from nntui.tui.places.runs.preview import RunPreview
from nntui.tui.places.runs.table import RunsTable
from nntui.tui.resuming import resume
from nntui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    pass

SCAN_SECONDS = 1.0
FILTER = "words of the name, model, data or state; all must match"
_WIDE, _TALL = 120, 36
"""Cells from which there is room for a preview under the table."""


class RunsPlace(Place):
    """Scans the runs' root once a second while it is in view."""

    title = "Runs"

    BINDINGS = [
        Binding("enter", "attach", "Attach", tooltip="Show the run in Train"),
        Binding("R", "resume", "Resume", tooltip="Go on with a run that was stopped, paused or has crashed"),
        Binding("D", "delete", "Delete", tooltip="Delete the run's directory; asks first"),
        Binding(
            "slash",
            "filter",
            "Filter",
            tooltip="Show only runs with these words",
        ),
        Binding("s", "sort", "Sort", key_display="s S", tooltip="Sort by the next column; S sorts the other way round"),
        Binding("S", "turn", "Turn the order", show=False, tooltip="Sort by the same column the other way round"),
        Binding("escape", "show_all", "Show all", key_display="esc", tooltip="Leave the filter"),
    ]
    DEFAULT_CSS = """
    RunsPlace { layout: vertical; }
    RunsPlace > #runs-empty { display: none; width: 1fr; height: 1fr; }
    RunsPlace > #runs-empty { content-align: center middle; text-align: center; }
    RunsPlace > #runs-filter { display: none; height: 1; padding: 0 1; background: $background; }
    RunsPlace.-filtering > #runs-filter { display: block; }
    RunsPlace > RunPreview { display: none; height: 1fr; }
    RunsPlace.-roomy > RunPreview { display: block; }
    RunsPlace.-empty > RunsTable, RunsPlace.-empty > RunPreview { display: none; }
    RunsPlace.-empty > #runs-empty { display: block; }
    """

    class Listed(Message):
        """The runs as they are."""

        def __init__(self, rows: Sequence[RunRow], problem: str) -> None:
            super().__init__()
            self.rows, self.problem = rows, problem

    def __init__(self, *, now: Callable[[], float] = time.time, id: str | None = None) -> None:
        """`now` gives seconds since 1970."""
        super().__init__(id=id)
        self._now = now
        self.table = RunsTable(now, id="runs-table")
        self.preview = RunPreview(id="runs-preview")
        self._filter = LineInput(placeholder=FILTER, id="runs-filter")
        self._rows: Sequence[RunRow] = ()
        self._order = NEWEST_FIRST
        self._look_now = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="runs-empty", markup=False)
        yield self.table
        yield self._filter
        yield self.preview

    def on_mount(self) -> None:
        self._listing = Listing(self.host.runs_root)
        self.table.show((), hint="looking …")
        self._watch()

    def focus_first(self) -> None:
        """Focuses the table, and looks for what is new at once."""
        self._look_now.set()
        self.screen.set_focus(self.table)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _WIDE and event.size.height >= _TALL, "-roomy")

    @work(group="watch", exclusive=True)
    async def _watch(self) -> None:
        while True:
            if self.is_on_screen or not self._rows:
                await self._scan()
            self._look_now.clear()
            try:
                await asyncio.wait_for(self._look_now.wait(), SCAN_SECONDS)
            except TimeoutError:
                continue

    async def _scan(self) -> None:
        rows: Sequence[RunRow] = ()
        problem = ""
        try:
            rows = await asyncio.to_thread(self._listing.scan, self._now())
        except RunsError as error:
            problem = str(error)
        self.post_message(self.Listed(rows, problem))

    def on_runs_place_listed(self, message: Listed) -> None:
        message.stop()
        self._rows = message.rows
        root = self._listing.root
        self.set_class(not self._rows, "-empty")
        words = f"No runs in {root} yet.\n\n1 Build, then r trains one"
        self.query_one("#runs-empty", Static).update(printable_lines(message.problem or words))
        running = sum(row.summary.status is Status.RUNNING for row in self._rows)
        count = f"{len(self._rows)} run{'' if len(self._rows) == 1 else 's'}"
        self.headline(count if self._rows else "", f"{running} running" if running else "")
        self._show_rows()
        self.refresh_bindings()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(self._filter.value), "-filtering")
        self.table.focus()

    def on_runs_table_chosen(self, message: RunsTable.Chosen) -> None:
        message.stop()
        self._show_preview()
        self.refresh_bindings()

    def on_runs_table_opened(self, message: RunsTable.Opened) -> None:
        message.stop()
        self.action_attach()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there while they can do something with the chosen run."""
        chosen = self.table.chosen
        if action in ("attach", "delete"):
            return chosen is not None
        if action == "resume":
            return chosen is not None and chosen.summary.status.waits_to_go_on
        if action in ("filter", "sort", "turn"):
            return bool(self._rows)
        if action == "show_all":
            return self.has_class("-filtering")
        return True

    def action_attach(self) -> None:
        """Shows the chosen run in Train."""
        if self.table.chosen is not None:
            self.host.attach(self.table.chosen.run)

    def action_sort(self) -> None:
        """Sorts by the next column."""
        self._order = self._order.next(self.table.headings)
        self._show_rows()

    def action_turn(self) -> None:
        """Sorts the other way round."""
        self._order = self._order.turned()
        self._show_rows()

    def action_filter(self) -> None:
        """Asks for the words."""
        self.add_class("-filtering")
        self._filter.focus()
        self.refresh_bindings()

    def action_show_all(self) -> None:
        """Leaves the filter."""
        self._filter.value = ""
        self.remove_class("-filtering")
        self.table.focus()
        self.refresh_bindings()

    @work(group="resume")
    async def action_resume(self) -> None:
        """Goes on with the chosen run."""
        row = self.table.chosen
        if row is None or not row.summary.status.waits_to_go_on:
            return
        try:
            if row.summary.status is Status.PAUSED:
                await asyncio.to_thread(send, row.run, Command("resume"))
            elif await self.host.may_start():
                await asyncio.to_thread(resume, row.run)
            else:
                return
        except RunsError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.app.notify(f"{row.run.id} goes on", markup=False)
        self._look_now.set()

    @work(group="delete")
    async def action_delete(self) -> None:
        """Deletes the chosen run, once that is confirmed."""
        row = self.table.chosen
        if row is None:
            return
        if row.summary.status.alive:
            self.app.notify(f"{row.run.id} is {row.summary.status}: stop it first, with s in Train", markup=False)
            return
        dialog = ConfirmDialog(
            f"Delete {row.run.id}?",
            detail=f"{size_text(row.summary.size)}: its log, metrics and checkpoints. This cannot be undone.",
            title="delete",
            yes="Delete",
            no="Keep",
        )
        if not await self.app.push_screen_wait(dialog):
            return
        try:
            await asyncio.to_thread(delete_run, row.run)
        except RunsError as error:
            self.app.notify(str(error), severity="error", markup=False)
        self._look_now.set()

    def _show_rows(self) -> None:
        words = self._filter.value
        rows = [row for row in self._rows if row.matches(words)] if words else self._rows
        title = f"runs with “{words}”" if words else f"runs in {self._listing.root}"
        hint = f"No run has {quoted(words)} in its name, model, data or state: esc shows all"
        self.table.show(self._order.sorted(rows), title=title, hint=hint, order=self._order)
        self._show_preview()

    def _show_preview(self) -> None:
        self.preview.show(self.table.chosen, self.table.above)
