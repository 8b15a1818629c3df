"""ModelSpec: a model file as values, every key checked and every default filled in."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.data.settings import DataSettings
from nntui.modelfile.settings import TrainingSettings
from nntui.nn.layers.base import Layer


@dataclass(frozen=True)
class ModelSpec:
    """What to build, what to feed it, and how to train it."""

    name: str
    data: DataSettings
    layers: tuple[Layer, ...]
    training: TrainingSettings
