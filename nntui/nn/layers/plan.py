"""The plan of a stack: shapes, parameters, cost and buffers of each layer, before anything is built."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Shape, Typed


def layer_names(types: Iterable[str]) -> list[str]:
    """A name for each layer, numbered from 1 within its type: 'flatten_1', 'dense_1', 'dense_2'."""
    counts: Counter[str] = Counter()
    names: list[str] = []
    for kind in types:
        counts[kind] += 1
        names.append(f"{kind}_{counts[kind]}")
    return names


@dataclasses.dataclass(frozen=True, slots=True)
class LayerPlan:
    """One layer's shapes (without the batch axis), its parameters, and its buffers for one sample."""

    name: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: dict[str, ParameterSpec]
    flops: int
    buffers: Buffers
    needs_input_gradient: bool

    @property
    def parameter_count(self) -> int:
        """The number of trainable parameters."""
        return sum(spec.size for spec in self.parameters.values() if spec.update_rate is None)

    def scratch(self, batch_size: int) -> Buffers:
        """The buffers the layer needs once, for batches of up to this size."""
        return self.layer.scratch(
            self.input_shape, batch_size=batch_size, needs_input_gradient=self.needs_input_gradient
        )

    def buffer_bytes(self, batch_size: int, dtype: np.dtype) -> int:
        """Memory the layer's buffers take in a training step of this many samples."""
        per_sample = sum(_bytes(buffer, dtype) for buffer in self.buffers.values())
        return batch_size * per_sample + sum(_bytes(buffer, dtype) for buffer in self.scratch(batch_size).values())


def _bytes(buffer: Shape | Typed, dtype: np.dtype) -> int:
    if isinstance(buffer, Typed):
        return math.prod(buffer.shape) * np.dtype(buffer.dtype).itemsize
    return math.prod(buffer) * dtype.itemsize


def plan(layers: Sequence[Layer], input_shape: Shape, *, input_gradient: bool = False) -> Iterator[LayerPlan]:
    """The plan of each layer in turn; raises ShapeError at the first whose shape does not fit.

    `input_gradient` asks for the gradient of the network's own input too.
    """
    needs_input_gradient, shape = input_gradient, input_shape
    for name, layer in zip(layer_names(layer.type for layer in layers), layers, strict=True):
        output_shape = layer.output_shape(shape)
        parameters = layer.parameters(shape)
        yield LayerPlan(
            name=name,
            layer=layer,
            input_shape=shape,
            output_shape=output_shape,
            parameters=parameters,
            flops=layer.flops(shape),
            buffers=layer.buffers(shape, needs_input_gradient=needs_input_gradient),
            needs_input_gradient=needs_input_gradient,
        )
        shape = output_shape
        needs_input_gradient = needs_input_gradient or bool(parameters)
