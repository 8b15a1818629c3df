"""Hints: one-line suggestions for a model that is valid but could probably be better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nntui.data.catalogue import Description
from nntui.modelfile.layer_rows import BLOCK
from nntui.nn.layers.activation import ActivationLayer
from nntui.nn.layers.base import Layer
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.dropout import Dropout
from nntui.nn.layers.plan import layer_names


def hints_of(layers: Sequence[Layer | None], description: Description | None) -> Iterator[str]:
    """The hints about the data, then those about the stack; None stands for a layer that cannot be read."""
    if description is not None and description.hint:
        yield description.hint
    yield from _linear_pairs(layers, "")


def _linear_pairs(layers: Sequence[Layer | None], block: str) -> Iterator[str]:
    """Pairs of linear dense layers: (x·A + a)·B + b = x·(A·B) + (a·B + b), so two learn no more than one."""
    names = [block + name for name in layer_names(layer.type if layer else "layer" for layer in layers)]
    linear: int | None = None
    for index, (layer, name) in enumerate(zip(layers, names, strict=True)):
        if isinstance(layer, Dense):
            if linear is not None:
                first = names[linear]
                yield f"{first} and {name} are one linear layer: give {first} an activation, such as relu"
            linear = index if layer.activation == "linear" else None
        elif not _is_identity(layer):
            linear = None
        yield from _linear_pairs(getattr(layer, BLOCK, ()), f"{name}.")


def _is_identity(layer: Layer | None) -> bool:
    """Whether a layer outputs its inputs unchanged after training."""
    if isinstance(layer, ActivationLayer):
        return layer.function == "linear"
    return layer is not None and (layer.preserves_order or isinstance(layer, Dropout))
