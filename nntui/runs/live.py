"""`live.safetensors`: the newest weights and gradients, for viewers of a network that is training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntui.runs.tensor_file import CheckpointError, load, save
from nntui.scoped import scoped

_WEIGHT, _GRADIENT = "weight/", "gradient/"
_LARGEST = 1 << 27
"""Bytes, read in a tenth of a second: the weights and gradients of 16 million parameters."""


@dataclass(frozen=True)
class Live:
    """The weights and gradients of the network at one moment."""

    step: int
    epoch: int
    weights: dict[str, np.ndarray]
    """By parameter name ('dense_1.weight'), in the order of the network."""
    gradients: dict[str, np.ndarray]
    """Of the last batch, by parameter name."""


def write_live(
    path: Path, step: int, epoch: int, weights: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]
) -> None:
    """Replace the file atomically; CheckpointError if it cannot be written."""
    tensors = {_WEIGHT + name: array for name, array in weights.items()}
    tensors |= {_GRADIENT + name: array for name, array in gradients.items()}
    # A tensor file does not preserve the order of its tensors.
    save(path, tensors, {"step": step, "epoch": epoch, "order": list(weights)})


def read_live(path: Path) -> Live | None:
    """The contents of the file; None if it does not exist. CheckpointError if it is damaged or above 128 MiB."""
    if not os.path.lexists(path):
        return None
    tensors, metadata = load(path, limit=_LARGEST)
    step, epoch = metadata.get("step"), metadata.get("epoch")
    if type(step) is not int or type(epoch) is not int:
        raise CheckpointError(f"{path}: not a live file: it does not say of which step and epoch it is")
    order = metadata.get("order")
    names = [name for name in order if isinstance(name, str)] if isinstance(order, list) else []
    return Live(step, epoch, _named(tensors, _WEIGHT, names), _named(tensors, _GRADIENT, names))


class LiveReader:
    """Reads the file each time it was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version: tuple[int, int, int] | None = None

    def read(self) -> Live | None:
        """The contents if they are new since the last call, else None. CheckpointError, once, if it is damaged."""
        try:
            status = self._path.lstat()
        except OSError:
            return None
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if version == self._version:
            return None
        self._version = version
        return read_live(self._path)


def _named(tensors: dict[str, np.ndarray], prefix: str, order: list[str]) -> dict[str, np.ndarray]:
    arrays = scoped(tensors, prefix)
    ordered = {name: arrays[name] for name in order if name in arrays}
    return {**ordered, **arrays}
