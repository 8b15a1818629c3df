"""ModelSpec: a model file as typed values, with every key checked and every default filled in."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.data.settings import DataSettings
from nntui.modelfile.settings import TrainingSettings
from nntui.nn.layers.base import Layer


@dataclass(frozen=True)
class ModelSpec:
    """The layers to build, the data to feed them, and how to train them."""

    name: str
    data: DataSettings
    layers: tuple[Layer, ...]
    training: TrainingSettings
