"""What Train shows of the attached run, live or over."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from nntui.runs.directory import RunDirectory
from nntui.runs.follow.follower import Follower, RunSnapshot
from nntui.runs.status import Status
from nntui.tui.places.place import Place
from nntui.tui.places.train.chart_pair import show_pair
from nntui.tui.places.train.crosshair import row_at, words_at
from nntui.tui.places.train.curves import XAxis, metric_of
from nntui.tui.places.train.metric_grid import MetricGrid
from nntui.tui.places.train.pace import progress_of
from nntui.tui.places.train.panes import Panes
from nntui.tui.places.train.status_text import EMPTY, headline_state, second_note, state_notes
from nntui.tui.widgets.chart import LineChartView
from nntui.tui.widgets.note_line import NoteLine
from nntui.tui.widgets.progress_line import ProgressLine

_GOODBYE_SECONDS = 1.0


class TrainView(Place):
    """Shows what a run's directory says, and writes there what a person asks for; holds nothing of the run itself."""

    DEFAULT_CSS = """
    TrainView { layout: vertical; }
    TrainView > #train-empty { width: 1fr; height: 1fr; content-align: center middle; text-align: center; }
    TrainView > #train-note { display: none; }
    TrainView.-noted > #train-note { display: block; }
    TrainView > MetricGrid { display: none; }
    TrainView.-empty > Panes, TrainView.-empty > LineDiffed { display: none; }
    TrainView.-attached > #train-empty { display: none; }
    """

    class NewSnapshot(Message):
        """There is something new of the run."""

        def __init__(self, follower: Follower) -> None:
            super().__init__()
            self.follower = follower

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self.panes = Panes()
        self.grid = MetricGrid()
        self.shows_metrics = False
        """Whether all metrics are shown in place of the dashboard."""
        self.second: str | None = None
        """What the second chart draws where a person has chosen it; None: the metric that stands beside the loss."""
        self.follower: Follower | None = None
        self.snapshot: RunSnapshot | None = None
        """What is on the screen; None before a run is attached and seen."""
        self.axis = XAxis.STEP
        self.asked_rate: float | None = None
        """The learning rate asked for last and not answered yet."""
        self._asked = ""
        self._progress = ProgressLine()
        self._note = NoteLine(id="train-note")
        self._state = NoteLine(id="train-state")
        for chart in (self.panes.loss, self.panes.metric):
            chart.cursor_words = self._words_at

    def compose(self) -> ComposeResult:
        yield Static(EMPTY, id="train-empty")
        yield self.panes
        yield self.grid
        yield self._note
        yield self._progress
        yield self._state

    def on_unmount(self) -> None:
        if self.follower is not None:
            self.follower.stop()
            self.follower.join(_GOODBYE_SECONDS)

    def on_show(self) -> None:
        # While it was out of sight nothing was drawn.
        if self.snapshot is not None:
            self._show(self.snapshot, answered=True)

    @property
    def chart(self) -> LineChartView:
        """The chart that keys are for."""
        return (self.grid.chart if self.shows_metrics else None) or self.panes.chart

    @property
    def charts(self) -> Sequence[LineChartView]:
        """All charts in sight."""
        return self.grid.charts if self.shows_metrics else (self.panes.loss, self.panes.metric)

    def show_metrics(self, shown: bool) -> None:
        """Shows all metrics in place of the dashboard, or the dashboard again."""
        snapshot = self.snapshot
        if shown == self.shows_metrics or (shown and (snapshot is None or not snapshot.complete)):
            return
        for chart in (self.panes.loss, self.panes.metric):
            chart.leave_crosshair()
        self.shows_metrics = shown
        room = self.panes.size
        # Not by a class of the place: that would style everything in it anew.
        self.grid.display = shown
        if shown and snapshot is not None:
            self.panes.display = False
            self.grid.open(snapshot, self.axis, room, chosen=self._second_of(snapshot))
            self.show_state()
        else:
            self.grid.close()
            self.panes.styles.clear_rule("display")
            self.refresh(layout=True)
            self.focus_first()
            if snapshot is not None:
                self._show(snapshot, answered=True)
        self.refresh_bindings()

    def _second_of(self, snapshot: RunSnapshot) -> str | None:
        return self.second or metric_of(snapshot)

    def focus_first(self) -> None:
        """Focuses the pane that had the focus last."""
        if self.shows_metrics:
            self.grid.focus_first()
        elif self.has_class("-attached"):
            self.screen.set_focus(self.panes.current)

    def on_focus(self) -> None:
        """Hands the focus to a pane: the place itself has it while there is nothing to show."""
        self.focus_first()

    def attach(self, run: RunDirectory) -> None:
        """Shows this run from now on; one already attached is let go, and trains on by itself."""
        if self.follower is not None:
            if self.follower.run == run:
                return
            self.follower.stop()
        self.snapshot, self.asked_rate, self._asked = None, None, ""
        self.second = None
        self.show_metrics(False)
        self.panes.start_over()
        self.set_class(False, "-empty")
        self.set_class(True, "-attached")
        self._state.show((f"○ opening {run.id}", "muted"))
        self._note.show()
        self._progress.show(None)
        self.headline(run.id)
        self.follower = Follower(run, self._tell)
        self.follower.start()
        self.refresh_bindings()
        self.focus_first()

    def detach(self, run: RunDirectory) -> bool:
        """Shows nothing any more where this run was shown; whether it was."""
        if self.follower is None or self.follower.run != run:
            return False
        self.follower.stop()
        self.follower, self.snapshot, self.second = None, None, None
        self.show_metrics(False)
        self.set_class(True, "-empty")
        self.set_class(False, "-attached")
        self.headline("")
        self.refresh_bindings()
        return True

    def show_request(self, words: str) -> None:
        """Says in the state line what was asked of the worker, until the log answers; '' takes it back."""
        self._asked = words
        if not words:
            self.asked_rate = None
        elif self.follower is not None:
            self.follower.hurry()
        self.show_state()

    def show_state(self, *, now: bool = True) -> None:
        """Says in the last line how the run stands, or what epoch the crosshair stands at; `now` answers a key."""
        snapshot, cursor = self.snapshot, self.chart.cursor
        if snapshot is None:
            return
        if cursor is None or self._asked or snapshot.problem or not snapshot.complete:
            self._state.show(*state_notes(snapshot, self._asked), now=now)
        else:
            self._state.show(*row_at(snapshot, self.axis, cursor), now=now, whole=True)

    def model_name(self) -> str:
        """The model's name, or the run's id while it is not known."""
        if self.snapshot is not None and self.snapshot.started is not None:
            return self.snapshot.started.model
        return self.follower.run.id if self.follower is not None else ""

    def draw_curves(self, *, now: bool = False) -> None:
        """Draws the charts anew from what is known, `now` where a key asked for it."""
        snapshot, panes = self.snapshot, self.panes
        if snapshot is None:
            return
        if self.shows_metrics:
            self.grid.show(snapshot, self.axis, now=now)
            return
        show_pair(panes.loss, panes.metric, snapshot, self.axis, metric=self._second_of(snapshot), now=now)
        panes.show_names()

    def on_train_view_new_snapshot(self, message: NewSnapshot) -> None:
        message.stop()
        if message.follower is not self.follower:
            return
        before, self.snapshot = self.snapshot, message.follower.take()
        if self.snapshot is None:
            return
        answered = before is None or _answered(before, self.snapshot)
        if answered:
            self._asked, self.asked_rate = "", None
        if self.display:
            self._show(self.snapshot, answered=answered)
            if self.snapshot.complete and (before is None or not before.complete):
                self.panes.draw_now()
        state = headline_state(self.snapshot)
        if before is None or headline_state(before) != state or before.started is not self.snapshot.started:
            self.headline(self.model_name(), state)
            self.refresh_bindings()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        # The crosshair that counts is that of the chart with the focus.
        self.show_state()

    def on_metric_grid_taken(self, message: MetricGrid.Taken) -> None:
        message.stop()
        self.second = message.name
        self.panes.make_current(self.panes.metric)
        self.show_metrics(False)

    def on_metric_grid_left(self, message: MetricGrid.Left) -> None:
        message.stop()
        self.show_metrics(False)

    def _words_at(self, x: float) -> str:
        return words_at(self.snapshot, self.axis, x) if self.snapshot is not None else ""

    def _tell(self, follower: Follower) -> None:
        # In the follower's thread: posting is all that is safe there.
        self.post_message(self.NewSnapshot(follower))

    def _show(self, snapshot: RunSnapshot, *, answered: bool) -> None:
        if snapshot.complete:
            self.draw_curves()
            if not self.shows_metrics:
                self.panes.view.show_run(snapshot)
                best_epoch = snapshot.best.epoch if snapshot.best is not None else 0
                self.panes.epochs.show(snapshot.epochs, metric=metric_of(snapshot), best_epoch=best_epoch)
        self._progress.show(progress_of(snapshot))
        if answered:
            self._progress.redraw(now=True)
        self.show_state(now=answered)
        note = second_note(snapshot)
        self.set_class(note is not None, "-noted")
        self._note.show(*([note] if note is not None else []))


def _answered(before: RunSnapshot, after: RunSnapshot) -> bool:
    """Whether the log shows that the worker did what it was asked: turned, went on, changed a setting, complained."""
    return (
        (after.status is Status.PAUSED and before.step != after.step)
        or before.status is not after.status
        or before.started is not after.started
        or before.remarks[-1:] != after.remarks[-1:]
    )
