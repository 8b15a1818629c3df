"""The worker: trains one run in its directory, records events, obeys commands, and survives failures where it can.

    model.toml -> spec -> dataset -> trainer -> (checkpoint?) -> events -> record: log, metrics, checkpoints, live
                                        ^---------- commands.jsonl, signals

`python -m nntui.worker.process RUN_DIRECTORY [EPOCHS]` is a process of its own; `Worker` does the same in this process.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import nntui
from nntui.data.catalogue import load
from nntui.data.dataset import Dataset
from nntui.data.errors import DataError
from nntui.modelfile.document import read_document, write_document
from nntui.modelfile.keys import PROVENANCE
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.problems import SpecError
from nntui.modelfile.settings import HIGHER_IS_BETTER
from nntui.modelfile.validation import validate
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.commands import CommandReader
from nntui.runs.directory import RunDirectory, RunsError, problem
from nntui.runs.events import (
    EpochEnded,
    HyperparameterChanged,
    LayerStats,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Step,
    Warning,
)
from nntui.runs.location import HeldDirectory
from nntui.runs.lock import WorkerLock
from nntui.training.divergence import has_scaled_inputs
from nntui.training.loop import Trainer
from nntui.training.parallel.blas_threads import one_matrix_thread
from nntui.training.parallel.worker_count import quickest_workers, usable_cores
from nntui.training.parallel.worker_pool import WorkerPoolError, why_alone
from nntui.training.trained_model import preprocessing_so_far
from nntui.worker.control import Control
from nntui.worker.launch import REFUSED
from nntui.worker.run_writer import Listener, RunWriter, Wait
from nntui.worker.step_averager import StepAverager
from nntui.worker.stopwatch import Stopwatch

EXIT_CODES = {"finished": 0, "stopped": 0, "failed": 1, "diverged": 3}
_POLL_SECONDS = 0.02
_SYNC_SECONDS = 1.0
REFUSALS = (SpecError, DataError, CheckpointError, RunsError, WorkerPoolError, MemoryError)
"""Errors that prevent a run from training without being bugs: each is reported in one line."""


class LostRunError(RunsError):
    """The run's directory, or the lock in it, is gone: this worker must not write there any more."""


class Worker:
    """Trains a run from its current state to its end, in this process.

    `epochs` is a new total number of epochs, for continuing a run that may be over. `listener` is called with every
    event as it is logged, which for a long run is not every step or epoch. `stop(reason)` may be called from a signal
    handler or another thread. `wait` is used on a full disk at the end of the run: it waits some seconds and returns
    whether to give up. A worker can be used once.
    """

    def __init__(
        self,
        run: RunDirectory,
        *,
        epochs: int | None = None,
        listener: Listener = lambda event: None,
        wait: Wait | None = None,
    ) -> None:
        self.run_directory = run
        self._epochs = epochs
        self._wait = wait or self._wait_for_stop
        self._listener = listener
        self._watch = Stopwatch(time.perf_counter)
        self._wake = threading.Event()
        self._stop_message: str | None = None
        self._next_poll = 0.0
        self._last_sync = 0.0
        self.began = False
        """Whether training began."""
        self._ended: RunEnded | None = None
        self._alone = ""
        """Why processes cannot share a batch, so that one worker was chosen; '' if they can."""

    def stop(self, message: str = "stopped on request") -> None:
        """Requests the end after the current step; the progress so far is saved."""
        self._stop_message = message
        self._wake.set()

    def run(self) -> RunEnded:
        """Trains and returns the final event. Raises one of REFUSALS if training could not begin or continue."""
        with ExitStack() as stack:
            self.run_directory.refuse_links()
            lock = WorkerLock(self.run_directory.lock_path)
            # A worker that has just logged its end may need a moment to release the lock.
            if not lock.acquire(patience=1.0):
                raise RunsError(f"{self.run_directory.id} is being trained already; 'nntui watch' shows it")
            stack.callback(lock.release)
            self._lock = lock
            self._directory = HeldDirectory(self.run_directory.path)
            stack.callback(self._directory.close)
            self._record = RunWriter(self.run_directory, self._listener, stay=self._stay_in_directory)
            stack.callback(self._record.close)
            stack.enter_context(_FailureRecord(self))
            stack.enter_context(one_matrix_thread())
            self._open()
            return self._train()

    def _open(self) -> None:
        """Reads the model and the data and restores the trainer to the newest checkpoint."""
        run = self.run_directory
        draft = read_document(run.model_path, follow=False)
        spec = validate(draft, base=run.path).ready()
        dataset = load(spec.data, base=run.path, seed=spec.training.seed, preprocessing=preprocessing_so_far(run))
        spec = self._completed(spec, dataset, draft)
        self._trainer = Trainer(spec, dataset, clock=self._watch)
        resumed = self._record.attach(self._trainer, beyond_end=self._epochs is not None)
        self._draft = read_document(run.model_path, follow=False)
        commands = CommandReader(run.commands_path)
        if resumed:
            commands.skip_to_end()
        self._control = Control(commands, self._trainer.live_settings.known)
        self._averager = StepAverager(self._trainer.steps_per_epoch)

    def _completed(self, spec: ModelSpec, dataset: Dataset, draft: dict[str, Any]) -> ModelSpec:
        """The spec with its number of workers, measured where it names none.

        The run's model file then gets what is known only now: workers, threads, and the data's fingerprint.
        """
        complete = dict(draft)
        if spec.training.workers is None:
            workers = quickest_workers(spec, dataset)
            self._alone = why_alone() if usable_cores() > 1 else ""
            complete["training"] = {**draft.get("training", {}), "workers": workers}
            spec = dataclasses.replace(spec, training=dataclasses.replace(spec.training, workers=workers))
        # A resumed run keeps the fingerprint it began with: data that have changed since are refused by it.
        known = {"threads_per_worker": 1, "fingerprint": dataset.fingerprint}
        complete[PROVENANCE] = known | draft.get(PROVENANCE, {})
        if complete != draft:
            path = self.run_directory.model_path
            try:
                write_document(complete, path, private=True)
            except OSError as error:
                raise RunsError(f"cannot write {problem(path, error)}") from error
        return spec

    def _train(self) -> RunEnded:
        trainer = self._trainer
        self._record.start(self._started())
        self.began = True
        # A worker killed right after a change may not have written it.
        self._write_epochs()
        if self._epochs is not None:
            self._change({"epochs": self._epochs})
        if self._alone:
            reason = f"{self._alone}; is /dev/shm writable?"
            self._record.warn(f"workers cannot share a batch here ({reason}): one trains alone")
        for event in trainer.events():
            if isinstance(event, Step):
                self._on_step(event)
            elif isinstance(event, RunEnded):
                return self._end(event)
            elif isinstance(event, Warning):
                self._record.warn(event.message)
            elif isinstance(event, EpochEnded):
                self._on_epoch(event)
            else:
                self._record.of_epoch(event)
            # Never between the statistics of an epoch and its end, or the log would have only half of it.
            if self._stop_message is not None and not isinstance(event, LayerStats):
                break
        ended = RunEnded(
            step=trainer.step,
            epoch=trainer.epoch,
            reason="stopped",
            message=f"{self._stop_message} after step {trainer.step}; 'nntui resume' goes on from there",
            best_epoch=trainer.best.epoch,
        )
        return self._end(ended)

    def _started(self) -> RunStarted:
        trainer, spec = self._trainer, self._trainer.spec
        return RunStarted(
            step=trainer.step,
            epoch=trainer.epoch,
            from_step=trainer.step,
            model=spec.name,
            epochs=spec.training.epochs,
            steps_per_epoch=trainer.steps_per_epoch,
            batch_size=trainer.samples_per_step,
            train_samples=len(trainer.dataset.train),
            val_samples=len(trainer.dataset.val),
            parameters=trainer.network.arena.size,
            task=trainer.dataset.task,
            classes=list(trainer.dataset.classes),
            layers=list(trainer.network.names),
            metrics=list(trainer.metric_names),
            pid=os.getpid(),
            versions={"nntui": nntui.__version__, "numpy": np.__version__, "python": platform.python_version()},
            monitor=trainer.best.monitor,
            higher_is_better=[name for name in ("loss", *trainer.metric_names) if name in HIGHER_IS_BETTER],
            scaled_inputs=has_scaled_inputs(spec, trainer.dataset),
        )

    def _on_step(self, step: Step) -> None:
        interval = self._averager.add(step)
        if interval is not None:
            self._record.write(interval)
        now = self._watch()
        if now >= self._next_poll:
            self._next_poll = now + _POLL_SECONDS
            self._stay_in_directory()
            self._obey()
            self._record.live(now)
        if self._control.pauses_after_step():
            self._pause()

    def _on_epoch(self, ended: EpochEnded) -> None:
        self._record.epoch(ended)
        now = self._watch()
        if now - self._last_sync >= _SYNC_SECONDS:
            self._last_sync = now
            self._record.sync()
        self._obey()
        if self._control.pauses_after_epoch():
            self._pause()

    def _stay_in_directory(self) -> None:
        """Follows the run's directory after a rename; LostRunError if it, or the lock in it, is gone."""
        run, path = self.run_directory, self._directory.find()
        after = f"after step {self._trainer.step}"
        if path is None:
            raise LostRunError(f"{run.path} was deleted, or moved out of reach, while it was trained: ended {after}")
        if path != run.path.absolute():
            self.run_directory = RunDirectory(path)
            self._lock.path = self.run_directory.lock_path
            self._control.move(self.run_directory)
            self._record.move(self.run_directory)
            self._record.warn(f"the run's directory was moved while it was trained: it is {path}")
        if not self._lock.stands():
            raise LostRunError(
                f"{self._lock.path} was deleted or replaced while the run was trained: ended {after}, since another "
                "worker could train it as well; 'nntui resume' goes on from the newest checkpoint that is left"
            )

    def _obey(self) -> None:
        for refusal in self._control.read():
            self._record.warn(refusal)
        if self._control.stopping:
            self.stop()
        changes = self._control.take_changes(self._trainer.optimizer.learning_rate)
        if changes:
            self._change(changes)
        if self._control.take_repeated():
            answer = Paused if self._control.paused else Resumed
            self._record.write(answer(step=self._trainer.step, epoch=self._trainer.epoch))

    def _change(self, values: dict[str, float]) -> None:
        """Changes settings from the next step on, and logs the changes."""
        trainer = self._trainer
        changed: list[HyperparameterChanged] = []
        for name, value in values.items():
            problem = trainer.live_settings.known[name].problem(value, epoch=trainer.epoch)
            if problem:
                self._record.warn(f"{name} {problem}")
                continue
            old = trainer.live_settings.change(name, value)
            event = HyperparameterChanged(step=trainer.step, epoch=trainer.epoch, setting=name, old=old, new=value)
            changed.append(event)
        if not changed:
            return
        # Saved before it is logged, so that a change in the log is never missing in a resumed run.
        self._record.save()
        self._write_epochs()
        for event in changed:
            self._record.write(event)

    def _write_epochs(self) -> None:
        """Updates the number of epochs in the run's model file to the current one."""
        training = self._draft.get("training", {})
        epochs = self._trainer.spec.training.epochs
        if training.get("epochs", epochs) == epochs:
            return
        self._draft = {**self._draft, "training": {**training, "epochs": epochs}}
        path = self.run_directory.model_path
        try:
            write_document(self._draft, path, private=True)
        except OSError as error:
            self._record.warn(f"cannot write {problem(path, error)}: it names another number of epochs than {epochs}")

    def _pause(self) -> None:
        trainer = self._trainer
        self._watch.stop()
        self._record.catch_up(self._averager.flush())
        self._record.save()
        self._record.live(None)
        self._record.write(Paused(step=trainer.step, epoch=trainer.epoch))
        self._record.sync()
        while self._control.paused and self._stop_message is None:
            self._wake.wait(_POLL_SECONDS)
            self._stay_in_directory()
            self._obey()
        if self._stop_message is None:
            self._record.write(Resumed(step=trainer.step, epoch=trainer.epoch))
        self._watch.start()

    def _end(self, ended: RunEnded) -> RunEnded:
        self._record.catch_up(self._averager.flush())
        # A stop that brought the run to its end must not end the waiting for room as well.
        self._wake.clear()
        self._control.stopping = False
        self._ended = self._record.end(ended, self._wait)
        return self._ended

    def _wait_for_stop(self, seconds: float) -> bool:
        """Waits; returns whether a stop was requested meanwhile."""
        stopped = self._wake.wait(seconds)
        for refusal in self._control.read():
            self._record.warn(refusal)
        return stopped or self._control.stopping

    def fail(self, error: BaseException) -> None:
        """Logs that the run failed with this error, unless an end is logged already."""
        if self._ended is not None or isinstance(error, LostRunError):
            # A lost run has no log, or one that another worker writes.
            return
        trainer = getattr(self, "_trainer", None)
        message = " ".join(str(error).split()) or type(error).__name__
        if not isinstance(error, REFUSALS):
            message = f"{type(error).__name__}: {message}; the worker's log has the details"
        step, epoch = (trainer.step, trainer.epoch) if trainer else (0, 0)
        self._ended = RunEnded(step=step, epoch=epoch, reason="failed", message=message)
        self._record.catch_up(None)
        self._record.write(self._ended)


class _FailureRecord:
    """Logs any exception that passes through, without handling it."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._worker.fail(error)


def main(arguments: list[str]) -> int:
    """The worker process; its exit code is 0 for finished or stopped, 1 failed, 2 refused before training, 3 diverged.

    The reason for a refusal is one line on stderr.
    """
    from nntui.worker.signals import stop_on_signals

    path, *epochs = arguments
    worker = Worker(RunDirectory(Path(path)), epochs=int(epochs[0]) if epochs else None)
    try:
        with stop_on_signals(worker.stop):
            ended = worker.run()
    except REFUSALS as error:
        print(f"nntui: {error}", file=sys.stderr)
        return EXIT_CODES["failed"] if worker.began else REFUSED
    return EXIT_CODES[ended.reason]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
