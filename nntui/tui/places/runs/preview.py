"""A preview of the run under the cursor: its curves as in Train, how it stands, and what it was started with."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer

from nntui.runs.directory import RunDirectory
from nntui.runs.follow.follower import Follower, RunSnapshot
from nntui.tui.chrome.screens import quiet_size
from nntui.tui.places.runs.facts import fact_lines
from nntui.tui.places.runs.listing import RunRow
from nntui.tui.places.runs.snapshot_cache import SnapshotCache
from nntui.tui.places.train.chart_pair import chart_pair, clear_pair, show_pair
from nntui.tui.plots.line_chart import LineChart
from nntui.tui.widgets.panel import Panel

_REST_SECONDS = 0.1
"""The cursor has to stay on a run before its log is opened: it may be on its way to another."""
_STALE_SECONDS = 0.3
"""For which the curves of the run before may stay while those of this one are read."""
_LIVE_SECONDS = 1.0
"""Between two drawings of a run that goes on."""


class RunPreview(Container):
    """Reads in a thread, and only while it is in sight; the cursor that moves on ends the reading."""

    virtual_size = quiet_size()
    DEFAULT_CSS = """
    RunPreview { layout: horizontal; }
    RunPreview > Panel { width: 52; }
    """

    class NewSnapshot(Message):
        """There is something new of the run that is being read."""

        def __init__(self, follower: Follower) -> None:
            super().__init__()
            self.follower = follower

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, id: str | None = None) -> None:
        """`clock` gives seconds."""
        super().__init__(id=id)
        self._clock = clock
        self.charts = chart_pair("preview-")
        for chart in self.charts:
            # The keys are those of the table.
            chart.can_focus = False
        self.facts = Panel("", wraps=True, max_rate=8, id="preview-facts")
        self.follower: Follower | None = None
        """Of the run that is being read, or goes on; None once all is known."""
        self._row: RunRow | None = None
        self._above: RunRow | None = None
        self._drawn: RunRow | None = None
        """The run whose curves are on the screen, as it was; None for none."""
        self._snapshot: RunSnapshot | None = None
        """Of the run under the cursor; None until it is read."""
        self._taken_at = float("-inf")
        self._kept = SnapshotCache()
        self._in_sight = False
        self._waits: dict[str, Timer] = {}

    def compose(self) -> ComposeResult:
        yield from self.charts
        yield self.facts

    def on_show(self, event: events.Show) -> None:
        self._in_sight = True
        self._turn()

    def on_hide(self, event: events.Hide) -> None:
        self._in_sight = False
        self._let_go()

    def on_unmount(self) -> None:
        self._let_go()

    @property
    def shown(self) -> RunDirectory | None:
        """The run whose curves are on the screen; None for none."""
        return self._drawn.run if self._drawn is not None else None

    def show(self, row: RunRow | None, above: RunRow | None) -> None:
        """Shows this run, None for none, and where its settings differ from the one `above`."""
        self._row, self._above = row, above
        # Textual sends no Show where the screen was looked at between the layout's change and its drawing.
        self._in_sight = self._in_sight or self.is_on_screen
        if self._in_sight:
            self._turn()

    def on_run_preview_new_snapshot(self, message: NewSnapshot) -> None:
        message.stop()
        if message.follower is not self.follower:
            return
        wait = self._taken_at + _LIVE_SECONDS - self._clock()
        if wait <= 0:
            self._take()
        else:
            self._after("take", wait, self._take)

    def _turn(self) -> None:
        row = self._row
        if row is None:
            self._let_go()
            self._snapshot = None
            self._clear("")
        elif self.follower is not None and self.follower.run == row.run:
            pass  # Its news comes by itself.
        elif not self._is_drawn(row) or row.summary.status.alive:
            self._let_go()
            if self._drawn is None or self._drawn.run != row.run:
                self._snapshot = None
            kept = self._kept.of(row)
            if kept is not None:
                self._draw(kept)
            else:
                self._after("open", _REST_SECONDS, self._open)
                if "clear" not in self._waits:
                    self._after("clear", _STALE_SECONDS, self._clear_stale)
        self._tell_facts()

    def _is_drawn(self, row: RunRow) -> bool:
        return self._drawn is not None and (self._drawn.run, self._drawn.version) == (row.run, row.version)

    def _open(self) -> None:
        if self._row is not None:
            self._taken_at = float("-inf")
            self.follower = Follower(self._row.run, self._hear, weights=False)
            self.follower.start()

    def _hear(self, follower: Follower) -> None:
        # In the follower's thread: posting is all that is safe there.
        self.post_message(self.NewSnapshot(follower))

    def _take(self) -> None:
        if not self.is_on_screen:
            self._in_sight = False
            self._let_go()
        snapshot = self.follower.take() if self.follower is not None else None
        if snapshot is None or self._row is None or not snapshot.complete:
            return
        self._taken_at = self._clock()
        if not snapshot.status.alive:
            if not snapshot.problem:
                self._kept.keep(self._row, snapshot)
            self._let_go()
        self._draw(snapshot)
        self._tell_facts()

    def _draw(self, snapshot: RunSnapshot) -> None:
        self._cancel("clear")
        if self._drawn is None or self._row is None or self._drawn.run != self._row.run:
            clear_pair(*self.charts, LineChart.empty)
        self._drawn, self._snapshot = self._row, snapshot
        show_pair(*self.charts, snapshot)

    def _clear_stale(self) -> None:
        if self._snapshot is None:
            self._clear("reading the log …")

    def _clear(self, words: str) -> None:
        self._drawn = None
        clear_pair(*self.charts, words)

    def _tell_facts(self) -> None:
        row = self._row
        if row is None:
            self.facts.show([], title="", now=False)
        else:
            self.facts.show(fact_lines(row, self._above, self._snapshot), title=row.run.id, now=False)

    def _let_go(self) -> None:
        """Ends the reading, and what was to come of it."""
        self._cancel("open")
        self._cancel("take")
        if not self._in_sight:
            self._cancel("clear")
        if self.follower is not None:
            self.follower.stop()
            self.follower = None

    def _after(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._cancel(name)

        def act() -> None:
            self._waits.pop(name, None)
            action()

        self._waits[name] = self.set_timer(seconds, act)

    def _cancel(self, name: str) -> None:
        timer = self._waits.pop(name, None)
        if timer is not None:
            timer.stop()
