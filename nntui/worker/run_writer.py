"""Everything a worker writes about its run, in an order in which a kill or a full disk loses nothing for good.

event -> log -> listener
epoch -> log -> metrics.csv -> checkpoint -> log
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from nntui.runs.best_in_log import newest_best_epoch
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.decimation import last_kept_epoch
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.event_log import EventLog
from nntui.runs.events import CheckpointSaved, EpochEnded, Event, RunEnded, RunStarted, Step, Warning
from nntui.runs.files import is_out_of_room, sweep
from nntui.runs.last_record import last_record
from nntui.runs.metrics_csv import MetricsCsv
from nntui.runs.metrics_table import epoch_of
from nntui.training.loop import Trainer
from nntui.worker.checkpointer import Checkpointer
from nntui.worker.step_averager import EpochRecords

E = TypeVar("E", bound=Event)
T = TypeVar("T")
Listener = Callable[[Event], None]
Wait = Callable[[float], bool]
"""Waits for some seconds; returns whether to give up."""
_ATTEMPTS, _SECONDS = 60, 1.0
"""How often, and at what interval, a run at its end tries again to write to a full disk."""


class Trouble(NamedTuple):
    """Why something could not be written."""

    message: str
    passes: bool
    """Whether it may pass: the disk is full and may have room again soon."""


class RunWriter:
    """The log, metrics.csv, the checkpoints and the live weights of one run, with a single writer.

    On a full disk some of the run's own epochs are removed, lines wait in memory, and no checkpoint is saved before the
    lines it accounts for are written. `listener` is called with every event as it is logged. `stay` is called before
    every save; it calls `move` if the run's directory was renamed and raises if it is gone.
    """

    def __init__(self, run: RunDirectory, listener: Listener, *, stay: Callable[[], None]) -> None:
        self._run, self._listener, self._stay = run, listener, stay
        sweep(run.path)
        self._log = EventLog(run.events_path)
        self._opened: list[EventLog | MetricsCsv] = [self._log]
        self._make_room: Callable[[], bool] = lambda: False
        self._epochs = EpochRecords()
        self._unsaved = False

    def attach(self, trainer: Trainer, *, beyond_end: bool = False) -> bool:
        """Restores the trainer to the newest checkpoint, see `Checkpointer.restore`; returns whether there was one."""
        self._trainer = trainer
        self._checkpointer = Checkpointer(self._run, trainer)
        self._make_room = self._checkpointer.make_room
        resumed = self._checkpointer.restore(beyond_end=beyond_end)
        self._metrics = MetricsCsv(self._run.metrics_path)
        self._opened.append(self._metrics)
        self._metrics.drop_after(trainer.epochs_done)
        self._recall_best()
        return resumed

    def _recall_best(self) -> None:
        """Holds back a best epoch that a killed worker had held back: it has a row, but is not logged."""
        run, epoch, done = self._run, self._trainer.best.epoch, self._trainer.epochs_done
        if epoch > last_kept_epoch(done) and epoch > newest_best_epoch(run.events_path, up_to=done):
            best = epoch_of(run.metrics_path, epoch)
            if best is not None:
                self._epochs.hold(best)

    def move(self, run: RunDirectory) -> None:
        """Continues to save in the run's directory at its new path."""
        self._run = run
        self._checkpointer.move(run)

    def close(self) -> None:
        """Tries once more to write waiting lines, then closes the files."""
        for lines in self._opened:
            lines.close()

    def write(self, event: E) -> E:
        """Logs the event and passes it to the listener; returns the event with its time."""
        stamped = self._append(event)
        self._listener(stamped)
        return stamped

    def warn(self, message: str) -> None:
        """Logs a warning, and prints it to worker.log."""
        _print(message)
        self.write(Warning(step=self._trainer.step, epoch=self._trainer.epoch, message=message))

    def start(self, started: RunStarted) -> None:
        """Logs the start, and the last checkpoint if the previous worker was killed before it could log it."""
        saved = self._checkpointer.saved()
        before = last_record(self._run.events_path, (EpochEnded.name, CheckpointSaved.name))
        self.write(started)
        if self._checkpointer.warning:
            self.warn(self._checkpointer.warning)
        if started.step == 0 and last_record(self._run.events_path, (CheckpointSaved.name,)):
            self.warn(f"no checkpoint is left in {self._run.checkpoints_path}: training begins again")
        if saved is not None and before is not None and before["event"] == EpochEnded.name:
            self.write(saved)

    def epoch(self, ended: EpochEnded) -> None:
        """Logs an epoch, adds its row and saves its checkpoint; failures are one warning until saving works again.

        In a long run not every epoch is logged, but the last one before a failure and the first one after it are.
        """
        stamped = _stamped(ended)
        self.of_epoch(stamped)
        self._metrics.append(stamped)
        saved = self._kept(lambda: self._checkpointer.keep_epoch(ended))
        if isinstance(saved, CheckpointSaved):
            self.of_epoch(saved)
            if self._unsaved:
                self.catch_up(None)
        elif not self._unsaved:
            self.catch_up(None)
            self.warn(f"the checkpoint of epoch {ended.epoch} was not saved: {saved.message}")
        self._unsaved = isinstance(saved, Trouble)

    def of_epoch(self, event: Event) -> None:
        """Logs the event of an epoch, or holds it back if a long run's log may omit it."""
        for logged in self._epochs.add(_stamped(event)):
            self.write(logged)

    def catch_up(self, interval: Step | None) -> None:
        """Logs held-back events and the unfinished interval of steps, for when nothing may follow for a while."""
        events = [*self._epochs.flush(), *([interval] if interval is not None else [])]
        # In log order, with an epoch after its last step.
        for event in sorted(events, key=lambda event: (event.step, not isinstance(event, Step))):
            self.write(event)

    def save(self) -> None:
        """Saves the present state of the training as `last`; logs a warning if that fails."""
        trouble = self._save()
        if trouble is not None:
            self.warn(f"the checkpoint of step {self._trainer.step} was not saved: {trouble.message}")

    def live(self, now: float | None) -> None:
        """Writes the live weights if they are due, or at once for None; not while checkpoints cannot be saved."""
        if not self._unsaved:
            self._checkpointer.keep_live(now)

    def sync(self) -> None:
        """Syncs the log to disk."""
        self._log.sync()

    def end(self, ended: RunEnded, wait: Wait) -> RunEnded:
        """Saves the weights and logs the end, which becomes 'failed' if they cannot be saved; returns the event.

        Waits up to a minute for room on a full disk. RunsError if the log cannot be written.
        """
        if ended.reason != "diverged":
            trouble = self._once_there_is_room(self._save, wait)
            self._unsaved = trouble is not None
            if trouble is not None:
                ended = self._failed(ended, trouble)
        self.live(None)
        stamped = self._append(ended)
        if self._unsaved:
            self._log.sync()
        else:
            self._once_there_is_room(self._flush, wait)
        if not self._log.sync():
            newest, again = self._newest()
            raise RunsError(
                f"{self._log.problem}: {self._log.pending} events could not be written; {newest}; make room, then "
                f"'nntui resume {self._run.id}' {again}"
            )
        self._listener(stamped)
        return stamped

    def _append(self, event: E) -> E:
        stamped = _stamped(event)
        problem_before = self._log.problem
        self._log.append(stamped)
        if self._log.out_of_room:
            self._flush()
        if self._log.problem and not problem_before:
            _print(f"{self._log.problem}; events wait in memory until there is room")
        return stamped

    def _flush(self) -> Trouble | None:
        """Writes the waiting lines, making room for them; returns why it failed, if it did."""
        for lines in self._opened:
            while not lines.flush():
                if not (lines.out_of_room and self._make_room()):
                    return Trouble(lines.problem, lines.out_of_room)
        return None

    def _save(self) -> Trouble | None:
        return self._kept(self._checkpointer.keep_last)

    def _kept(self, keep: Callable[[], T]) -> T | Trouble:
        """What `keep` saved, or why it failed."""
        self._stay()
        trouble = self._flush()
        if trouble is not None:
            return trouble
        run = self._run
        try:
            return keep()
        except CheckpointError as error:
            trouble = Trouble(str(error), is_out_of_room(error))
        self._stay()
        # Tried again if the directory was renamed between the check and the save.
        return trouble if self._run is run else self._kept(keep)

    def _once_there_is_room(self, attempt: Callable[[], Trouble | None], wait: Wait) -> Trouble | None:
        """Tries until it works, a minute is over, or `wait` gives up; returns why it failed, if it did."""
        trouble = attempt()
        if trouble is not None and trouble.passes:
            self.warn(f"{trouble.message}: waiting up to {_ATTEMPTS * _SECONDS:.0f} s for room to save the run's end")
        for _ in range(_ATTEMPTS):
            if trouble is None or not trouble.passes or wait(_SECONDS):
                break
            trouble = attempt()
        return trouble

    def _failed(self, ended: RunEnded, trouble: Trouble) -> RunEnded:
        newest, again = self._newest()
        cause = f"the weights of step {ended.step} could not be saved: {trouble.message}; {newest}"
        return dataclasses.replace(ended, reason="failed", message=f"{cause}; 'nntui resume' {again}")

    def _newest(self) -> tuple[str, str]:
        """The newest checkpoint, and what a resumed run does, in words."""
        newest = self._checkpointer.newest()
        if not newest:
            return "no checkpoint was saved", "begins again"
        return f"the newest checkpoint is {newest}", "goes on from there"


def _stamped(event: E) -> E:
    """The event with the present time, if it has none."""
    return event if event.time else dataclasses.replace(event, time=round(time.time(), 3))


def _print(message: str) -> None:
    print(f"nntui: {message}", file=sys.stderr, flush=True)
