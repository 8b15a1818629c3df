"""Following a run: a thread reads its directory piece by piece and notifies the screen of news."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nntui.runs.checkpoints import CheckpointError
from nntui.runs.decimation import WHOLE_EPOCHS, spacing
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.event_log import EventReader
from nntui.runs.events import (
    CheckpointSaved,
    EpochEnded,
    HyperparameterChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Warning,
    from_record,
)
from nntui.runs.follow.downsample import Curve
from nntui.runs.follow.epoch_curves import EpochCurves
from nntui.runs.follow.recent_epochs import with_recent
from nntui.runs.follow.refresh_budget import RefreshBudget
from nntui.runs.free_space import is_full
from nntui.runs.history import History, Steps
from nntui.runs.live import Live, LiveReader
from nntui.runs.lock import held
from nntui.runs.metrics_table import last_epochs
from nntui.runs.status import Status, status_of
from nntui.runs.step_lines import StepTable

POLL_SECONDS = 0.05
"""Between two polls of the log: well below the delay a person notices between a key and its effect."""
_HURRY_SECONDS = 2.0
"""How long after a command an answer of the worker is expected."""
_IDLE_SECONDS = 0.25
"""Between two polls while nobody waits for anything."""
_LIVE_SECONDS = 1.0
_DISK_SECONDS = 1.0
_LOADING_SECONDS = 0.25
"""Between two progress reports while a long log is read."""
_BACKLOG_SHOWN_WHOLE = 24_000_000
"""Bytes of log, some 150,000 steps, up to which every step is drawn; for longer logs every second, third ..."""
_MOST_REMARKS = 200
_SWITCH_SECONDS = 0.0005
_ENDS = (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)

_NOTED = (RunStarted.name, HyperparameterChanged.name, Warning.name, CheckpointSaved.name)
_ANSWERS = (RunStarted.name, HyperparameterChanged.name, Warning.name, Paused.name, Resumed.name)

Remark = HyperparameterChanged | Warning


@dataclass(frozen=True)
class RunSnapshot:
    """A run as read from its directory at one moment; immutable."""

    status: Status
    started: RunStarted | None
    ended: RunEnded | None
    steps: Steps
    epochs: Sequence[EpochEnded]
    """The first 4,096; of later ones every second, fourth, eighth ..., the best, and all of the last 200."""
    metrics: Mapping[str, Curve]
    """Of the epochs, by their last step, downsampled."""
    gradient_norms: Curve
    """Norm of the whole network's gradient for the last batch of each epoch, by step."""
    best: EpochEnded | None
    """The last epoch that was the best so far."""
    remarks: Sequence[Remark]
    """Changed hyperparameters and warnings, the last 200."""
    settings: Mapping[str, float]
    """What was changed during training, by name; for the learning rate the base rate of a schedule."""
    learning_rate: float | None
    """The newest in the log."""
    live: Live | None
    """The newest weights and gradients; None while there are none."""
    complete: bool
    """Whether the log was read to its end; while a long one is still being read, there are no curves and epochs."""
    one_in: int
    """`steps` has one of every `one_in` logged steps: 1 for all, more for a log that would take long to open."""
    saved_epoch: int
    """The epoch of the newest checkpoint in the log; 0 for none."""
    disk_full: bool
    """Whether the run is training on a full disk, which the log itself cannot report."""
    problem: str
    """Why the directory cannot be read, one line; '' while it can."""

    @property
    def unsaved(self) -> bool:
        """Whether the last epoch ended without a checkpoint, which would be logged before the next step."""
        last = self.epochs[-1] if self.epochs else None
        return last is not None and last.epoch > self.saved_epoch and self.step > last.step

    @property
    def step(self) -> int:
        """The last step known."""
        last = int(self.steps.step[-1]) if len(self.steps) else 0
        return max(last, self.ended.step if self.ended else 0, self.started.from_step if self.started else 0)


class Follower:
    """Reads a run's directory in a thread of its own until `stop`.

    `listener` is called in that thread when there is something new, and not again until `take` was called: a busy
    screen gets the newest snapshot, not a queue of old ones.
    """

    def __init__(self, run: RunDirectory, listener: Callable[[Follower], None], *, weights: bool = True) -> None:
        """Without `weights`, `live` is None in every snapshot."""
        self.run = run
        self._listener = listener
        self._state = _State(run, weights=weights)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._hurry_until = float("-inf")
        self._lock = threading.Lock()
        self._newest: RunSnapshot | None = None
        self._notified = False
        # A daemon: a thread that waits for an unresponsive disk must not keep the app from exiting.
        self._thread = threading.Thread(target=self._follow, name=f"follow {run.id}", daemon=True)

    def start(self) -> None:
        """Start; the first snapshot comes at once."""
        # While a long log is read, the event loop gets the interpreter within a millisecond instead of five.
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_SECONDS))
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present block of the log; the listener is not called again once this returns."""
        with self._lock:
            self._stopping.set()
        self._wake.set()

    def hurry(self) -> None:
        """Poll more often for a while, since a person waits for the worker's answer."""
        self._hurry_until = time.monotonic() + _HURRY_SECONDS
        self._wake.set()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, at most `timeout` seconds."""
        self._thread.join(timeout)

    def take(self) -> RunSnapshot | None:
        """The newest snapshot; from here on the listener is called for newer ones."""
        with self._lock:
            self._notified = False
            return self._newest

    def _follow(self) -> None:
        state, budget = self._state, RefreshBudget()
        while not self._stopping.is_set():
            loading_until = time.monotonic() + _LOADING_SECONDS
            for _ in state.poll():
                if self._stopping.is_set():
                    return
                if time.monotonic() >= loading_until:
                    loading_until = time.monotonic() + _LOADING_SECONDS
                    self._publish(state.snapshot(complete=False))
            if state.urgent or (state.changed and not budget.seconds_left):
                self._publish(state.snapshot(complete=True))
                budget.spend()
            self._wake.wait(self._pause(budget))
            self._wake.clear()

    def _pause(self, budget: RefreshBudget) -> float:
        if time.monotonic() < self._hurry_until:
            return POLL_SECONDS
        if not self._state.status.alive:
            return _IDLE_SECONDS
        return min(max(budget.seconds_left, POLL_SECONDS), _IDLE_SECONDS)

    def _publish(self, snapshot: RunSnapshot) -> None:
        with self._lock:
            self._newest = snapshot
            if self._notified or self._stopping.is_set():
                return
            self._notified = True
            self._listener(self)


class _State:
    """What the thread has read so far; used by that thread only."""

    def __init__(self, run: RunDirectory, *, weights: bool) -> None:
        self._run = run
        self._reader = EventReader(run.events_path)
        self._live_reader = LiveReader(run.live_path) if weights else None
        self._live: Live | None = None
        self._live_due = 0.0
        self._disk_full = False
        self._disk_due = 0.0
        self.status = Status.STARTING
        self.changed = True
        self.urgent = True
        """Whether a person may be waiting for the news: the status changed, or the worker answered."""
        self._problem = ""
        self._live_problem = ""
        self._begin()

    def _begin(self) -> None:
        self._history = History()
        self._epoch_curves = EpochCurves()
        self._remarks: deque[Remark] = deque(maxlen=_MOST_REMARKS)
        self._one_in = 1
        self._saved_epoch = 0

    def poll(self) -> Iterator[None]:
        """Read what is new, yielding after each block of the log; `changed` then says whether there was anything."""
        # The lock is checked before the log: a worker that ends in between has then logged its end.
        alive = held(self._run.lock_path)
        before = (self.status, self._problem, self._disk_full)
        news, problem = False, ""
        try:
            one_in = 1 + self._reader.backlog // _BACKLOG_SHOWN_WHOLE
            for batch in self._reader.batches(one_in=one_in):
                if not news and self._reader.restarted:
                    self._begin()
                news = True
                if isinstance(batch, StepTable):
                    self._one_in = max(self._one_in, one_in)
                self._add(batch)
                yield
            if self._reader.restarted and not news:
                self._begin()
                news = True
        except RunsError as error:
            problem = str(error)
        if not problem and not self._run.path.is_dir():
            problem = f"{self._run.path} is gone"
        self._problem = problem
        self.status = self._derive(alive)
        self._check_disk(alive)
        status_changed = (self.status, problem, self._disk_full) != before
        self.changed = self._read_live(at_once=status_changed) or news or status_changed or self.changed
        self.urgent = self.urgent or status_changed

    def snapshot(self, *, complete: bool) -> RunSnapshot:
        """The present state as a snapshot, which clears `changed` and `urgent`."""
        self.changed = False
        self.urgent = False
        history = self._history
        steps = history.steps
        epochs, saved = self._epochs() if complete else ([], self._saved_epoch)
        return RunSnapshot(
            status=self.status,
            started=history.started,
            ended=history.ended,
            steps=steps,
            epochs=epochs,
            metrics=self._epoch_curves.curves() if complete else {},
            gradient_norms=Curve(*history.gradient_norms.view()),
            best=history.best,
            remarks=tuple(self._remarks),
            settings={change.setting: change.new for change in history.changes},
            learning_rate=self._learning_rate(steps),
            live=self._live,
            complete=complete,
            one_in=self._one_in,
            saved_epoch=saved,
            disk_full=self._disk_full,
            problem=self._problem or self._live_problem,
        )

    def _epochs(self) -> tuple[list[EpochEnded], int]:
        """The epochs, without gaps at the end, and the newest one with a checkpoint."""
        logged, saved = self._history.epochs, self._saved_epoch
        if not logged or spacing(logged[-1].epoch, WHOLE_EPOCHS) == 1:
            return list(logged), saved
        epochs = with_recent(logged, last_epochs(self._run.metrics_path))
        # An epoch that cannot be saved is logged at once, so those that are not logged are saved.
        return epochs, epochs[-1].epoch if saved >= logged[-1].epoch else saved

    def _learning_rate(self, steps: Steps) -> float | None:
        last, rate = (int(steps.step[-1]), float(steps.learning_rate[-1])) if len(steps) else (0, None)
        for change in self._remarks:
            if isinstance(change, HyperparameterChanged) and change.setting == "learning_rate" and change.step >= last:
                # A step's rate includes the schedule's factor; a change is of the base rate.
                if rate is None or rate == change.old or not change.old:
                    rate = change.new
                else:
                    rate *= change.new / change.old
        return rate

    def _add(self, batch: list[dict[str, Any]] | StepTable) -> None:
        self._history.update(batch)
        self._epoch_curves.update(self._history.epochs)
        for record in batch if isinstance(batch, list) else ():
            kind = record.get("event")
            self.urgent = self.urgent or kind in _ANSWERS
            if kind not in _NOTED:
                continue
            match from_record(record):
                case RunStarted() as started:
                    kept = (remark for remark in self._remarks if remark.step <= started.from_step)
                    self._remarks = deque(kept, maxlen=_MOST_REMARKS)
                    # A resumed run continues from a checkpoint.
                    self._saved_epoch = started.epoch
                case CheckpointSaved() as saved:
                    self._saved_epoch = saved.epoch
                case HyperparameterChanged() | Warning() as remark:
                    self._remarks.append(remark)
                case _:
                    pass

    def _derive(self, alive: bool) -> Status:
        """The result of `status_of`, without reading backwards through a log that is known already."""
        history = self._history
        if history.ended is not None and history.ended.reason in _ENDS:
            return Status(history.ended.reason)
        if history.started is None:
            return status_of(self._run)
        if not alive:
            return Status.CRASHED
        return Status.PAUSED if history.paused else Status.RUNNING

    def _check_disk(self, alive: bool) -> None:
        now = time.monotonic()
        if not alive or now >= self._disk_due:
            self._disk_due = now + _DISK_SECONDS
            self._disk_full = alive and is_full(self._run.path)

    def _read_live(self, *, at_once: bool) -> bool:
        now = time.monotonic()
        if self._live_reader is None or (not at_once and now < self._live_due):
            return False
        self._live_due = now + _LIVE_SECONDS
        try:
            live = self._live_reader.read()
        except CheckpointError as error:
            self._live_problem = str(error)
            return True
        if live is not None:
            self._live, self._live_problem = live, ""
        return live is not None
