"""Sequential: a stack of layers on one arena, and the views into it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nntui.nn import initializers
from nntui.nn.arena import Arena, aligned_zeros
from nntui.nn.layers.base import Layer, Memory, Shape, ShapeError, Typed
from nntui.nn.layers.plan import LayerPlan, plan
from nntui.nn.neuron import Neuron


def _zeros(buffer: Shape | Typed, dtype: np.dtype, front: tuple[int, ...] = ()) -> np.ndarray:
    # On a 64-byte line each: small matrix products are up to twice as slow where rows begin between two.
    shape, kind = (buffer.shape, np.dtype(buffer.dtype)) if isinstance(buffer, Typed) else (buffer, dtype)
    return aligned_zeros(math.prod((*front, *shape)), kind).reshape(*front, *shape)


class Sequential:
    """A stack of layers, built for batches of up to `batch_size` samples of `input_shape`.

    `rng` draws the weights and seeds each layer's own generator. The layers given are copied. With `input_gradient`,
    `backward` returns the gradient of the input. An `arena` given is used as it is, its weights not drawn anew; else
    with `shared` the new one lies in memory that processes forked later have in common. Raises
    ShapeError where the shapes do not fit.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Shape,
        *,
        batch_size: int,
        rng: np.random.Generator,
        dtype: Any = np.float32,
        input_gradient: bool = False,
        arena: Arena | None = None,
        shared: bool = False,
    ) -> None:
        copies = [dataclasses.replace(layer) for layer in layers]
        self.plans = list(plan(copies, input_shape, input_gradient=input_gradient))
        if not self.plans:
            raise ShapeError("a network needs at least one layer; add a dense layer")
        self.layers = copies
        self.names = [item.name for item in self.plans]
        self.input_shape = input_shape
        self.output_shape = self.plans[-1].output_shape
        self.batch_size = batch_size
        self.dtype = np.dtype(dtype)
        specs = {f"{p.name}.{key}": spec for p in self.plans for key, spec in p.parameters.items()}
        weight_rng, *layer_rngs = rng.spawn(1 + len(copies))
        if arena is None:
            self.arena = Arena(specs, dtype=self.dtype, shared=shared)
            self._initialize(weight_rng)
        else:
            self.arena = arena
        for item, layer_rng in zip(self.plans, layer_rngs, strict=True):
            item.layer.build(self._memory(item, layer_rng))

    def _initialize(self, rng: np.random.Generator) -> None:
        for name, spec in self.arena.specs.items():
            rule = initializers.Initializer.members()[spec.initializer]()
            rule.fill(self.arena.value(name), fan_in=spec.fan_in, fan_out=spec.fan_out, rng=rng)

    def _memory(self, item: LayerPlan, rng: np.random.Generator) -> Memory:
        return Memory(
            input_shape=item.input_shape,
            parameters={key: self.arena.value(f"{item.name}.{key}") for key in item.parameters},
            gradients={key: self.arena.gradient(f"{item.name}.{key}") for key in item.parameters},
            buffers=self._buffers(item),
            rng=rng,
            needs_input_gradient=item.needs_input_gradient,
        )

    def _buffers(self, item: LayerPlan) -> dict[str, np.ndarray]:
        each = {key: _zeros(buffer, self.dtype, (self.batch_size,)) for key, buffer in item.buffers.items()}
        return each | {key: _zeros(buffer, self.dtype) for key, buffer in item.scratch(self.batch_size).items()}

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Outputs of shape (n, *output_shape) for x of shape (n, *input_shape), n at most `batch_size`.

        The result is the last layer's buffer, overwritten by the next call.
        """
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Fills `arena.gradients` given the gradient of the last output (overwritten), and returns the input's.

        Layers before the first with parameters are not asked: nothing in them learns.
        """
        for item in reversed(self.plans):
            grad = item.layer.backward(grad)
            if not item.needs_input_gradient:
                break
        return grad

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Outputs for any number of samples, as a new array; evaluation mode, a batch at a time."""
        outputs = np.empty((len(x), *self.output_shape), self.dtype)
        for start in range(0, len(x), self.batch_size):
            part = slice(start, start + self.batch_size)
            outputs[part] = self.forward(np.asarray(x[part], self.dtype))
        return outputs

    def trace(self, x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Each layer's name and output in evaluation mode, as copies, one at a time; n at most `batch_size`."""
        for name, layer in zip(self.names, self.layers, strict=True):
            x = layer.forward(x, False)
            yield name, x.copy()

    def neuron(self, layer: str, unit: int) -> Neuron:
        """A view of one unit of a layer with weights; KeyError for a layer without, IndexError for a unit too many."""
        weight = self.arena.value(f"{layer}.weight")
        item = next(item for item in self.plans if item.name == layer)
        bias = self.arena.value(f"{layer}.bias") if "bias" in item.parameters else None
        return Neuron(layer=layer, unit=unit, activation=getattr(item.layer, "activation", "linear"),
                      weights=weight[:, unit], bias=None if bias is None else bias[unit : unit + 1])  # fmt: skip

    def random_states(self) -> dict[str, Any]:
        """The state of each random layer's generators by name ('dropout_1'), as JSON can hold it."""
        return {name: generator.bit_generator.state for name, generator in self._generators()}

    def set_random_states(self, states: dict[str, Any]) -> None:
        """Puts the generators back where `random_states` found them."""
        for name, generator in self._generators():
            generator.bit_generator.state = states[name]

    def tunables(self) -> dict[str, float]:
        """The settings of layers that may be changed between two training steps, by name, with their values."""
        named = zip(self.names, self.layers, strict=True)
        return {
            f"{name}.{place}": getattr(owner, place.rpartition(".")[2])
            for name, layer in named
            for place, owner in layer.tunables().items()
        }

    def tune(self, name: str, value: float) -> None:
        """Changes a layer's setting, one of `tunables`."""
        layer, _, place = name.partition(".")
        owner = self.layers[self.names.index(layer)].tunables()[place]
        setattr(owner, place.rpartition(".")[2], value)

    def _generators(self) -> Iterator[tuple[str, np.random.Generator]]:
        for item in self.plans:
            for name, generator in item.layer.generators().items():
                yield f"{item.name}.{name}".rstrip("."), generator
