"""`live.safetensors`: the newest weights and gradients, for whoever looks on while a network trains."""

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
"""Bytes that are read, a tenth of a second: the weights and gradients of 16 million parameters."""


@dataclass(frozen=True)
class Live:
    """The network at one moment."""

    step: int
    epoch: int
    weights: dict[str, np.ndarray]
    """By parameter name ('dense_1.weight'), in the order of the network."""
    gradients: dict[str, np.ndarray]
    """Of the last batch, by parameter name."""


def write_live(
    path: Path, step: int, epoch: int, weights: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]
) -> None:
    """Replace the file, all or nothing; CheckpointError when it cannot be written."""
    tensors = {_WEIGHT + name: array for name, array in weights.items()}
    tensors |= {_GRADIENT + name: array for name, array in gradients.items()}
    # A tensor file has an order of its own.
    save(path, tensors, {"step": step, "epoch": epoch, "order": list(weights)})


def read_live(path: Path) -> Live | None:
    """What the file holds; None when there is none. CheckpointError when it is damaged or larger than 128 MiB."""
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
    """Reads the file whenever it was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> Live | None:
        """What is new since the last call; None when nothing is. CheckpointError when it is damaged, once."""
        try:
            status = self._path.lstat()
        except OSError:
            return None
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if version == self._seen:
            return None
        self._seen = version
        return read_live(self._path)


def _named(tensors: dict[str, np.ndarray], prefix: str, order: list[str]) -> dict[str, np.ndarray]:
    found = scoped(tensors, prefix)
    first = {name: found[name] for name in order if name in found}
    return {**first, **found}
