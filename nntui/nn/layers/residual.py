"""Residual: a block of layers with a skip connection around it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import Activation
from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, format_shape
from nntui.nn.layers.fused_activation import FusedActivation
from nntui.nn.layers.plan import LayerPlan, layer_names, plan
from nntui.scoped import scoped
from nntui.settings import setting

_PROJECTION = "projection.weight"


@dataclass
class Residual(Layer):
    """A block of layers and a skip around it: the block learns only what to add to its input.

    y = activation(block(x) + skip(x)). Where the block keeps the shape, skip(x) = x. Else it is a projection: every
    stride-th position along the axes that the block shortens, then x·W with W of shape (in, out) on the last axis: a
    1×1 convolution without bias. He et al. 2015, https://arxiv.org/abs/1512.03385
    """

    type = "residual"
    group = "basic"

    layers: tuple[Layer, ...] = setting(help="The layers of the block, first to last; the skip goes around them all.")
    activation: str = setting(
        "linear", choices=Activation.names, help="The function the sum goes through; relu in the original ResNets."
    )

    def __post_init__(self) -> None:
        self._plans: dict[tuple[Shape, bool], list[LayerPlan]] = {}
        self._block: list[LayerPlan] = []

    def plans(self, input_shape: Shape, *, input_gradient: bool = False) -> list[LayerPlan]:
        """The plans of the block's layers; raises ShapeError where one does not fit."""
        # Cached: each method would plan the whole block anew, and blocks within blocks many times over.
        key = (input_shape, input_gradient)
        if key not in self._plans:
            self._plans[key] = _planned(self.layers, input_shape, input_gradient)
        return self._plans[key]

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = self.plans(input_shape)[-1].output_shape
        skip_strides(input_shape, shape)
        if self.activation == "softmax" and len(shape) != 1:
            raise ShapeError(f"softmax needs a flat output, got {format_shape(shape)}; choose another", "activation")
        return shape

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        items = self.plans(input_shape)
        specs = {f"{item.name}.{key}": spec for item in items for key, spec in item.parameters.items()}
        shape = items[-1].output_shape
        if shape != input_shape:
            size = (input_shape[-1], shape[-1])
            specs[_PROJECTION] = ParameterSpec(size, "glorot", fan_in=size[0], fan_out=size[1], decays=True)
        return specs

    def flops(self, input_shape: Shape) -> int:
        items = self.plans(input_shape)
        shape = items[-1].output_shape
        projection = 0 if shape == input_shape else 2 * math.prod(shape) * input_shape[-1]
        return sum(item.flops for item in items) + math.prod(shape) + projection

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        items = self.plans(input_shape, input_gradient=needs_input_gradient)
        buffers: Buffers = {f"{item.name}.{key}": buffer for item in items for key, buffer in item.buffers.items()}
        shape = items[-1].output_shape
        buffers |= FusedActivation(self.activation).buffers(shape)
        skip_shape = (*shape[:-1], input_shape[-1])
        if skip_shape != input_shape:
            buffers["skip_input"] = skip_shape
        if needs_input_gradient:
            buffers["skip_gradient"] = skip_shape
            if skip_shape != input_shape:
                buffers["input_gradient"] = input_shape
        return buffers

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        items = self.plans(input_shape, input_gradient=needs_input_gradient)
        return {f"{item.name}.{key}": buffer for item in items for key, buffer in item.scratch(batch_size).items()}

    def detail(self) -> str:
        count = "1 layer" if len(self.layers) == 1 else f"{len(self.layers)} layers"
        return count if self.activation == "linear" else f"{count} {self.activation}"

    def build(self, memory: Memory) -> None:
        super().build(memory)
        copies = [dataclasses.replace(layer) for layer in self.layers]
        self._block = _planned(copies, memory.input_shape, memory.needs_input_gradient)
        for item, rng in zip(self._block, memory.rng.spawn(len(copies)), strict=True):
            item.layer.build(_inner_memory(memory, item, rng))
        self._fused = FusedActivation(self.activation)
        self._fused.build(memory.buffers)
        self._weight, self._weight_gradient = memory.parameters.get(_PROJECTION), memory.gradients.get(_PROJECTION)
        strides = skip_strides(memory.input_shape, self._block[-1].output_shape)
        lengths = self._block[-1].output_shape[:-1]
        self._strided = (slice(None), *(slice(0, (n - 1) * s + 1, s) for n, s in zip(lengths, strides, strict=True)))

    def tunables(self) -> dict[str, Layer]:
        layers = [item.layer for item in self._block] or self.layers
        named = zip(layer_names(layer.type for layer in layers), layers, strict=True)
        return {f"{name}.{key}": owner for name, layer in named for key, owner in layer.tunables().items()}

    def generators(self) -> dict[str, np.random.Generator]:
        return {
            f"{item.name}.{name}".rstrip("."): generator
            for item in self._block
            for name, generator in item.layer.generators().items()
        }

    def fit(self, count: int) -> None:
        self._fused.fit(count)
        buffers = {name: buffer[:count] for name, buffer in self.memory.buffers.items() if "." not in name}
        self._skip_input = buffers.get("skip_input")
        self._skip_gradient, self._input_gradient = buffers.get("skip_gradient"), buffers.get("input_gradient")

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        out = x
        for item in self._block:
            out = item.layer.forward(out, training)
        if self._weight is None:
            np.add(out, x, out=self._fused.z)
        else:
            np.dot(self._skip_rows(x), self._weight, out=_rows(self._fused.z))
            np.add(self._fused.z, out, out=self._fused.z)
        return self._fused.forward()

    def _skip_rows(self, x: np.ndarray) -> np.ndarray:
        """The positions of x that the projection reads, as rows."""
        if self._skip_input is not None:
            np.copyto(self._skip_input, x[self._strided])
            x = self._skip_input
        self._projected = _rows(x)
        return self._projected

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self._fused.backward(grad)
        skip = self._skip_gradient
        if self._weight is not None:
            np.dot(self._projected.T, _rows(grad), out=self._weight_gradient)
            if skip is not None:
                np.dot(_rows(grad), self._weight.T, out=_rows(skip))
        elif skip is not None:
            np.copyto(skip, grad)
        for item in reversed(self._block):
            grad = item.layer.backward(grad)
            if not item.needs_input_gradient:
                return grad
        assert skip is not None
        if self._input_gradient is None:
            return np.add(grad, skip, out=skip)
        np.copyto(self._input_gradient, grad)
        strided = self._input_gradient[self._strided]
        np.add(strided, skip, out=strided)
        return self._input_gradient


def _planned(layers: tuple[Layer, ...] | list[Layer], input_shape: Shape, input_gradient: bool) -> list[LayerPlan]:
    if not layers:
        raise ShapeError("is empty; add at least one layer", "layers")
    plans: list[LayerPlan] = []
    try:
        for item in plan(layers, input_shape, input_gradient=input_gradient):
            plans.append(item)  # noqa: PERF402
    except ShapeError as error:
        raise ShapeError(str(error), ".".join(filter(None, (f"layers[{len(plans)}]", error.within)))) from None
    return plans


def skip_strides(before: Shape, after: Shape) -> list[int]:
    """The skip's stride along each axis but the last; ShapeError where no stride gives the block's output shape.

    The smallest stride that gives this length, rounded up (padding "same") or down (without).
    """
    strides: list[int] = []
    for length, shorter in zip(before[:-1], after[:-1], strict=False):
        down, up = length // (shorter + 1) + 1, -(-length // shorter)
        fitting = [stride for stride in (down, up) if shorter in (length // stride, -(-length // stride))]
        strides += [min(fitting)] if fitting else []
    if not len(strides) + 1 == len(before) == len(after):
        change = f"{format_shape(before)} into {format_shape(after)}"
        how = "keep its axes, and their lengths or a whole part of them"
        raise ShapeError(f"the block makes {change}, which the skip cannot follow; {how}")
    return strides


def _rows(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])


def _inner_memory(memory: Memory, item: LayerPlan, rng: np.random.Generator) -> Memory:
    prefix = f"{item.name}."
    return Memory(
        input_shape=item.input_shape,
        parameters=scoped(memory.parameters, prefix),
        gradients=scoped(memory.gradients, prefix),
        buffers=scoped(memory.buffers, prefix),
        rng=rng,
        needs_input_gradient=item.needs_input_gradient,
    )
