"""Saving a training in a checkpoint, and restoring it so that it continues bit for bit as if uninterrupted.

Tensors: every parameter by its name ('dense_1.weight'), 'optimizer.<slot>.<parameter>', 'best.<parameter>' if early
stopping will restore the best weights, and 'preprocessing.<array>'. With a moving average of the weights, the average
is stored under the parameters' names, for using the network, and the weights being trained under 'raw.<parameter>', for
resuming. The metadata holds the progress of the training and the whole model, so that a checkpoint alone is enough for
predictions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nntui.data.preprocessing import Preprocessing
from nntui.display.message import quoted
from nntui.modelfile.parsing import to_draft
from nntui.nn.arena import Arena
from nntui.runs.checkpoints import CheckpointError
from nntui.scoped import scoped
from nntui.training.loop import Trainer

FORMAT = 1


def checkpoint_of(trainer: Trainer, *, fingerprint: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors (views, to be saved before the next step) and the metadata of a training."""
    arena = trainer.network.arena
    tensors = arena.split(trainer.outcome)
    if trainer.average is not None:
        tensors |= {f"raw.{name}": view for name, view in arena.split(arena.values).items()}
    for slot, vector in trainer.optimizer.slots.items():
        tensors |= {f"optimizer.{slot}.{name}": view for name, view in arena.split(vector).items()}
    if trainer.best.weights is not None:
        tensors |= {f"best.{name}": view for name, view in arena.split(trainer.best.weights).items()}
    preprocessing = trainer.dataset.preprocessing.to_tensors()
    tensors |= {f"preprocessing.{name}": array for name, array in preprocessing.items()}
    metadata = {
        "format": FORMAT,
        "model": to_draft(trainer.spec),
        "fingerprint": fingerprint,
        "classes": list(trainer.dataset.classes),
        "targets": list(trainer.dataset.targets),
        "features": list(trainer.dataset.features),
        "target": trainer.dataset.target,
        "progress": trainer.progress(),
    }
    return tensors, metadata


def restore_training(trainer: Trainer, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> None:
    """Restores a new trainer to the state in the checkpoint; CheckpointError if they do not match."""
    arena = trainer.network.arena
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"the checkpoint has format {quoted(str(metadata.get('format')))}, expected {FORMAT}")
    if metadata.get("fingerprint") != trainer.dataset.fingerprint:
        raise CheckpointError("the data are not those the run began with; put them back, or train anew")
    _fill(arena, trainer.outcome, tensors, "")
    if trainer.average is not None:
        _fill(arena, arena.values, tensors, "raw.")
    for slot, vector in trainer.optimizer.slots.items():
        _fill(arena, vector, tensors, f"optimizer.{slot}.")
    try:
        trainer.restore(metadata["progress"])
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise CheckpointError(f"the checkpoint's progress is not whole: {error}") from None
    if any(name.startswith("best.") for name in tensors):
        trainer.best.weights = np.zeros_like(arena.values)
        _fill(arena, trainer.best.weights, tensors, "best.")


def stored_preprocessing(tensors: Mapping[str, np.ndarray]) -> Preprocessing:
    """The preprocessing of a checkpoint; KeyError if an array is missing."""
    return Preprocessing.from_tensors(scoped(tensors, "preprocessing."))


def load_weights(arena: Arena, tensors: Mapping[str, np.ndarray]) -> None:
    """Fills the parameters from a checkpoint; CheckpointError if names or shapes do not match."""
    _fill(arena, arena.values, tensors, "")


def _fill(arena: Arena, vector: np.ndarray, tensors: Mapping[str, np.ndarray], prefix: str) -> None:
    for name, view in arena.split(vector).items():
        tensor = tensors.get(prefix + name)
        if tensor is None:
            raise CheckpointError(f"the checkpoint lacks {prefix}{name}")
        if tensor.shape != view.shape:
            raise CheckpointError(f"the checkpoint's {prefix}{name} is {tensor.shape}, expected {view.shape}")
        np.copyto(view, tensor)
