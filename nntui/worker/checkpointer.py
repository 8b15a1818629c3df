"""The checkpointer: saves a training's weights often enough to lose little, and rarely enough to cost little."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nntui.modelfile.settings import Checkpoints
from nntui.runs.checkpoints import CheckpointError, CheckpointStore, load, load_metadata
from nntui.runs.directory import RunDirectory
from nntui.runs.events import CheckpointSaved, EpochEnded
from nntui.runs.files import is_out_of_room
from nntui.runs.frames import is_complete
from nntui.runs.live import write_live
from nntui.training.checkpoint_content import checkpoint_of, restore_training
from nntui.training.loop import Trainer

_CAP_EPOCHS = 400
"""Per run; above it, epochs are removed so that the others stay evenly spaced."""
_LIVE_SECONDS = 0.25
_LIVE_SHARE = 0.02


class Checkpointer:
    """Saves a trainer into its run directory: checkpoints after each epoch and on request, live weights in between.

    On a full disk it first removes some of the run's own epochs. If that does not help, a checkpoint is lost, never the
    training: CheckpointError says why.
    """

    def __init__(self, run: RunDirectory, trainer: Trainer) -> None:
        self._run, self._trainer = run, trainer
        kept = trainer.spec.training.checkpoints or Checkpoints()
        self._store = CheckpointStore(
            run.checkpoints_path, cap_bytes=round(kept.cap * 1e6), cap_epochs=_CAP_EPOCHS, every=kept.every
        )
        self._next_live = 0.0
        self.warning = ""
        """What `restore` could not repair, in one line; '' if nothing."""

    def move(self, run: RunDirectory) -> None:
        """Continues to save in the run's directory at its new path."""
        self._run, self._store.directory = run, run.checkpoints_path

    def restore(self, *, beyond_end: bool = False) -> bool:
        """Restores the trainer and the files to the newest checkpoint; False without one.

        `beyond_end` is for continuing a run that may be over, from the weights as they were trained.
        """
        self._store.prepare()
        path = self._store.latest()
        if path is None:
            return False
        tensors, metadata = load(path)
        as_trained = self._last_epoch(metadata) if beyond_end else None
        restore_training(self._trainer, tensors if as_trained is None else load(as_trained)[0], metadata)
        try:
            self.warning = self._store.settle(path, best=self._trainer.best.epoch)
        except CheckpointError as error:
            self.warning = str(error)
        stopping = self._trainer.spec.training.early_stopping
        replaces = self._trainer.average is not None or (stopping is not None and stopping.restore_best)
        if beyond_end and as_trained is None and replaces and self._trainer.epoch == self._trainer.epochs_done:
            self.warning = "the last epoch's checkpoint is gone: the run goes on from the weights that it ended with"
        return True

    def _last_epoch(self, metadata: Mapping[str, Any]) -> Path | None:
        """The complete checkpoint of the last epoch; None if there is none.

        At its end a run may have replaced the trained weights with those of the best epoch, or with their average.
        """
        progress = metadata.get("progress", {})
        path = self._store.path(progress.get("epochs_done", 0))
        if not is_complete(path) or load_metadata(path).get("progress", {}).get("step") != progress.get("step"):
            return None
        return path

    def keep_epoch(self, ended: EpochEnded) -> CheckpointSaved:
        """Saves the checkpoint of an epoch."""
        tensors, metadata = checkpoint_of(self._trainer, fingerprint=self._trainer.dataset.fingerprint)
        name = self._with_room(lambda: self._store.save_epoch(ended.epoch, tensors, metadata, best=ended.best))
        return CheckpointSaved(step=ended.step, epoch=ended.epoch, file=name, best=ended.best)

    def keep_last(self) -> None:
        """Saves the present state of the training as `last`, even in the middle of an epoch."""
        tensors, metadata = checkpoint_of(self._trainer, fingerprint=self._trainer.dataset.fingerprint)
        self._with_room(lambda: self._store.save_last(tensors, metadata))

    def saved(self) -> CheckpointSaved | None:
        """The event of the present state's checkpoint; None in the middle of an epoch or without a file."""
        trainer = self._trainer
        path = self._store.path(trainer.epochs_done)
        if trainer.epoch != trainer.epochs_done or not path.exists():
            return None
        best = trainer.best.epoch == trainer.epochs_done
        return CheckpointSaved(step=trainer.step, epoch=trainer.epochs_done, file=path.name, best=best)

    def make_room(self) -> bool:
        """On a full disk, removes what the run can spare: an epoch, then the live weights, then the first epoch.

        False if nothing is left to spare: the best and the newest checkpoint stay.
        """
        try:
            if self._store.make_room():
                return True
            if self._run.live_path.exists():
                self._run.live_path.unlink()
                return True
            return self._store.make_room(first=True)
        except (OSError, CheckpointError):
            return False

    def newest(self) -> str:
        """The checkpoint from which a resumed run would continue, in words; '' without one."""
        path = self._store.latest()
        if path is None:
            return ""
        progress = load_metadata(path).get("progress", {})
        return f"{path}, of epoch {progress.get('epochs_done')} and step {progress.get('step')}"

    def _with_room(self, save: Callable[[], str]) -> str:
        while True:
            try:
                return save()
            except CheckpointError as error:
                if not (is_out_of_room(error) and self.make_room()):
                    raise

    def keep_live(self, now: float | None) -> None:
        """Writes the live weights if they are due by the training's clock, or at once for None.

        At most four times a second, and using at most 2 % of the time. A failure costs a viewer one refresh, and is
        not reported.
        """
        if now is not None and now < self._next_live:
            return
        arena = self._trainer.network.arena
        began = time.perf_counter()
        with contextlib.suppress(CheckpointError):
            write_live(
                self._run.live_path,
                step=self._trainer.step,
                epoch=self._trainer.epoch,
                weights=arena.split(arena.values),
                gradients=arena.split(arena.gradients),
            )
        if now is not None:
            self._next_live = now + max(_LIVE_SECONDS, (time.perf_counter() - began) / _LIVE_SHARE)
