"""The keeper: puts a training's weights on disk, often enough to lose little and seldom enough to cost little."""

from __future__ import annotations

import contextlib
import time

from nntui.runs.checkpoints import CheckpointError, CheckpointStore, load
from nntui.runs.directory import RunDirectory
from nntui.runs.events import CheckpointSaved, EpochEnded
from nntui.runs.live import write_live
from nntui.training.checkpointing import checkpoint_of, restore_training
from nntui.training.loop import Trainer

_CAP_BYTES, _CAP_EPOCHS = 200_000_000, 400
"""Of the checkpoints of one run; beyond, epochs are thinned out evenly."""
_LIVE_SECONDS = 0.25
_LIVE_SHARE = 0.02


class Keeper:
    """Saves a trainer into its run directory: checkpoints at each epoch and on request, live weights in between.

    A disk that is full costs a checkpoint, never the training: what failed comes back as a line of text.
    """

    def __init__(self, run: RunDirectory, trainer: Trainer) -> None:
        self._run, self._trainer = run, trainer
        self._store = CheckpointStore(run.checkpoints_path, cap_bytes=_CAP_BYTES, cap_epochs=_CAP_EPOCHS)
        self._next_live = 0.0

    def restore(self) -> bool:
        """Puts the trainer where the newest checkpoint stands; False where there is none."""
        path = self._store.latest()
        if path is None:
            return False
        tensors, metadata = load(path)
        restore_training(self._trainer, tensors, metadata)
        self._store.drop_after(self._trainer.epochs_done)
        return True

    def keep_epoch(self, ended: EpochEnded) -> CheckpointSaved | str:
        """Saves the checkpoint of an epoch."""
        tensors, metadata = checkpoint_of(self._trainer, fingerprint=self._trainer.dataset.fingerprint)
        try:
            name = self._store.save_epoch(ended.epoch, tensors, metadata, best=ended.best)
        except CheckpointError as error:
            return f"the checkpoint of epoch {ended.epoch} was not saved: {error}"
        return CheckpointSaved(step=ended.step, epoch=ended.epoch, file=name, best=ended.best)

    def keep_last(self) -> str | None:
        """Saves where the training stands now, between two epochs or not; a line of text where that failed."""
        tensors, metadata = checkpoint_of(self._trainer, fingerprint=self._trainer.dataset.fingerprint)
        try:
            self._store.save_last(tensors, metadata)
        except CheckpointError as error:
            return f"the checkpoint of step {self._trainer.step} was not saved: {error}"
        return None

    def keep_live(self, now: float | None) -> None:
        """Writes the live weights where it is time to, by the training's clock, or at once for None.

        At most four a second, and so that writing takes at most a fiftieth of the time. A failure costs one picture
        on a viewer's screen, and is not told.
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
