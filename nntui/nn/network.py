"""Sequential: a stack of layers on one arena."""

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
    # Each on a 64-byte line: small matrix products are up to twice as slow where rows start between lines.
    shape, kind = (buffer.shape, np.dtype(buffer.dtype)) if isinstance(buffer, Typed) else (buffer, dtype)
    return aligned_zeros(math.prod((*front, *shape)), kind).reshape(*front, *shape)


class Sequential:
    """A stack of layers, built for batches of up to `batch_size` samples of `input_shape`.

    `rng` draws the weights and seeds each layer's own generator. The layers are copied. With `input_gradient`,
    `backward` returns the gradient of the input. A given `arena` is used with its weights as they are; otherwise a new
    one is made, with `shared` in memory that processes forked later share. Raises ShapeError where shapes do not fit.
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
        per_sample = {key: _zeros(buffer, self.dtype, (self.batch_size,)) for key, buffer in item.buffers.items()}
        return per_sample | {key: _zeros(buffer, self.dtype) for key, buffer in item.scratch(self.batch_size).items()}

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Outputs of shape (n, *output_shape) for x of shape (n, *input_shape), n at most `batch_size`.

        The result is the last layer's buffer, overwritten by the next call.
        """
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Fills `arena.gradients` given the gradient of the last output (overwritten), and returns the input's.

        Layers before the first with parameters are skipped: they have nothing to train.
        """
        for item in reversed(self.plans):
            grad = item.layer.backward(grad)
            if not item.needs_input_gradient:
                break
        return grad

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Outputs for any number of samples as a new array, in evaluation mode, a batch at a time."""
        outputs = np.empty((len(x), *self.output_shape), self.dtype)
        for start in range(0, len(x), self.batch_size):
            rows = slice(start, start + self.batch_size)
            outputs[rows] = self.forward(np.asarray(x[rows], self.dtype))
        return outputs

    def trace(self, x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Each layer's name and a copy of its output, one at a time, in evaluation mode; n at most `batch_size`."""
        for name, layer in zip(self.names, self.layers, strict=True):
            x = layer.forward(x, False)
            yield name, x.copy()

    def neuron(self, layer: str, unit: int) -> Neuron:
        """A view of one unit of a layer; KeyError for a layer without weights, IndexError for a unit out of range."""
        weight = self.arena.value(f"{layer}.weight")
        item = next(item for item in self.plans if item.name == layer)
        bias = self.arena.value(f"{layer}.bias") if "bias" in item.parameters else None
        return Neuron(layer=layer, unit=unit, activation=getattr(item.layer, "activation", "linear"),
                      weights=weight[:, unit], bias=None if bias is None else bias[unit : unit + 1])  # fmt: skip

    def random_states(self) -> dict[str, Any]:
        """The state of each random layer's generators by name ('dropout_1'), as JSON types."""
        return {name: generator.bit_generator.state for name, generator in self._generators()}

    def set_random_states(self, states: dict[str, Any]) -> None:
        """Restores the generators' states from `random_states`."""
        for name, generator in self._generators():
            generator.bit_generator.state = states[name]

    def tunables(self) -> dict[str, float]:
        """Layer settings that may change between two training steps, by name ('dropout_1.rate'), with their values."""
        named = zip(self.names, self.layers, strict=True)
        return {
            f"{name}.{path}": getattr(owner, path.rpartition(".")[2])
            for name, layer in named
            for path, owner in layer.tunables().items()
        }

    def tune(self, name: str, value: float) -> None:
        """Changes one of the `tunables`."""
        layer, _, path = name.partition(".")
        owner = self.layers[self.names.index(layer)].tunables()[path]
        setattr(owner, path.rpartition(".")[2], value)

    def _generators(self) -> Iterator[tuple[str, np.random.Generator]]:
        for item in self.plans:
            for name, generator in item.layer.generators().items():
                yield f"{item.name}.{name}".rstrip("."), generator
