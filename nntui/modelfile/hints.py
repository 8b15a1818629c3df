"""Hints: what would probably help a model that trains as it is, each one line with what to do."""

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
    """The hints of the data, then those of the stack; None stands for a layer that cannot be read."""
    if description is not None and description.hint:
        yield description.hint
    yield from _linear_pairs(layers, "")


def _linear_pairs(layers: Sequence[Layer | None], block: str) -> Iterator[str]:
    """A sum of sums is a sum: (x·A + a)·B + b = x·(A·B) + (a·B + b), so two dense layers learn no more than one."""
    names = [block + name for name in layer_names(layer.type if layer else "layer" for layer in layers)]
    linear: int | None = None
    for index, (layer, name) in enumerate(zip(layers, names, strict=True)):
        if isinstance(layer, Dense):
            if linear is not None:
                first = names[linear]
                yield f"{first} and {name} are one linear layer: give {first} an activation, such as relu"
            linear = index if layer.activation == "linear" else None
        elif not _passes_on(layer):
            linear = None
        yield from _linear_pairs(getattr(layer, BLOCK, ()), f"{name}.")


def _passes_on(layer: Layer | None) -> bool:
    """Whether what comes out of a trained layer are the numbers that went in."""
    if isinstance(layer, ActivationLayer):
        return layer.function == "linear"
    return layer is not None and (layer.preserves_order or isinstance(layer, Dropout))
