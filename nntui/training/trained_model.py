"""A trained network as read from a checkpoint alone: everything needed to build it and to feed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntui.data.preprocessing import Preprocessing
from nntui.display.message import quoted
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.parsing import parse
from nntui.modelfile.problems import SpecError
from nntui.runs.checkpoints import CheckpointError, CheckpointStore, load
from nntui.runs.directory import RunDirectory
from nntui.training.checkpoint_content import FORMAT, stored_preprocessing


@dataclass(frozen=True, eq=False, slots=True)
class TrainedModel:
    """A checkpoint, read and checked as far as possible without its network."""

    spec: ModelSpec
    tensors: Mapping[str, np.ndarray]
    """Parameters by name, among others; whether they match the spec is checked when they are loaded."""
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    """() for regression."""
    targets: tuple[str, ...]
    """() for classification."""
    features: tuple[str, ...]
    """Names of the columns it was trained on; () for images, and if the checkpoint does not name them."""
    target: str
    """Name of the target column of a table; '' for other data, and if the checkpoint does not name it."""
    fingerprint: str
    """Of the training data."""
    step: int
    epoch: int
    """The last completed one; 0 before the first."""


def read_trained_model(path: Path) -> TrainedModel:
    """Reads a checkpoint; CheckpointError, in one line, if it is missing, damaged or not from a training."""
    tensors, metadata = load(path)
    try:
        return _trained(tensors, metadata)
    except KeyError as error:
        raise CheckpointError(f"{path}: the checkpoint lacks {error.args[0]}") from None
    except SpecError as error:
        raise CheckpointError(f"{path}: the checkpoint's model cannot be read: {error.problems[0]}") from None
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the checkpoint is damaged: {error}") from None


def preprocessing_so_far(run: RunDirectory) -> Preprocessing | None:
    """The preprocessing in the newest checkpoint of a run, None without one; CheckpointError as above.

    A resumed run keeps it, even if it was saved with fewer digits than a new fit would have.
    """
    path = CheckpointStore(run.checkpoints_path).latest()
    return read_trained_model(path).preprocessing if path is not None else None


def _trained(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> TrainedModel:
    if metadata.get("format") != FORMAT:
        raise ValueError(f"it has format {quoted(str(metadata.get('format')))}, expected {FORMAT}")
    spec = parse(_typed(metadata["model"], dict, "model"))
    if spec.training.loss is None:
        raise ValueError("its model does not name its loss")
    classes, targets = _names(metadata, "classes"), _names(metadata, "targets")
    if bool(classes) == bool(targets):
        raise ValueError("expected classes or targets")
    progress = _typed(metadata["progress"], dict, "progress")
    return TrainedModel(
        spec=spec,
        tensors=tensors,
        preprocessing=_checked(stored_preprocessing(tensors), len(targets)),
        classes=classes,
        targets=targets,
        features=_names(metadata, "features") if "features" in metadata else (),
        target=_typed(metadata.get("target", ""), str, "target"),
        fingerprint=_typed(metadata["fingerprint"], str, "fingerprint"),
        step=_typed(progress["step"], int, "step"),
        epoch=_typed(progress["epochs_done"], int, "epochs_done"),
    )


def _typed(value: Any, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{name} is not a {kind.__name__}")
    return value


def _names(metadata: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_typed(name, str, f"an entry of {key}") for name in _typed(metadata[key], list, key))


def _checked(preprocessing: Preprocessing, targets: int) -> Preprocessing:
    arrays = preprocessing.to_tensors()
    if arrays["offset"].shape != arrays["scale"].shape:
        raise ValueError("its preprocessing's offset and scale have different shapes")
    for name in ("target_offset", "target_scale"):
        if arrays[name].shape not in ((), (targets,)):
            raise ValueError(f"its preprocessing's {name} has shape {arrays[name].shape}, expected ({targets},)")
    return preprocessing


def checkpoint_path(run: RunDirectory, checkpoint: str | None) -> Path:
    """The file of 'best', 'last' or an epoch ('7'); for None the best or, without one, the last.

    A run has no best checkpoint until an epoch has ended in which the monitored metric has a value. CheckpointError
    names the checkpoints that exist.
    """
    store = CheckpointStore(run.checkpoints_path)
    store.refuse_link()
    if checkpoint is None:
        best = run.checkpoints_path / "best.safetensors"
        checkpoint = "best" if best.exists() or store.latest() is None else "last"
    if checkpoint in ("best", "last"):
        path = run.checkpoints_path / f"{checkpoint}.safetensors"
    elif checkpoint.isascii() and checkpoint.isdigit() and len(checkpoint) < 10:
        path = store.path(int(checkpoint))
    else:
        raise CheckpointError(f"no checkpoint {quoted(checkpoint)}: expected best, last or the number of an epoch")
    if path.exists():
        return path
    epochs = store.epochs()
    if not epochs and store.latest() is None:
        raise CheckpointError(f"{run.id} has no checkpoint")
    available = f"epochs {epochs[0]} to {epochs[-1]}" if epochs else "last only"
    raise CheckpointError(f"{run.id} has no checkpoint {quoted(checkpoint)}; there are: {available}")
