"""Embedding: a learned vector for each id of a vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.initializers import Initializer
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, Typed, format_shape
from nntui.settings import setting


@dataclass
class Embedding(Layer):
    """Turns each id of a sequence into a vector that it learns: similar words come to lie near one another.

    y[t] = weight[x[t]]; x (time,) holds ids from 0 to vocabulary - 1, weight has shape (vocabulary, dimensions), y
    (time, dimensions). Ids are whole numbers, though they come as floats; a fraction is cut off. A value below 0 or NaN
    counts as id 0, and one above the last id as the last: no training step fails because of them.
    """

    type = "embedding"
    group = "sequences"
    reads_ids = True

    vocabulary: int = setting(minimum=1, maximum=10_000_000, help="How many ids there are; the largest is one less.")
    dimensions: int = setting(16, minimum=1, maximum=100_000, help="How many numbers represent each id.")
    initializer: str = setting("uniform", choices=Initializer.names, help="How the numbers start.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(f"embedding needs a sequence of ids, got {format_shape(input_shape)}; put it first")
        return (*input_shape, self.dimensions)

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        shape = (self.vocabulary, self.dimensions)
        # An id is a one-hot row: one input feeds each unit.
        return {"weight": ParameterSpec(shape, self.initializer, fan_in=1, fan_out=self.dimensions, decays=True)}

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        vectors = (*input_shape, self.dimensions)
        buffers: Buffers = {
            "y": vectors,
            "clipped": input_shape,
            "ids": Typed(input_shape, "int64"),
            "flat_indices": Typed(vectors, "int64"),
        }
        if needs_input_gradient:
            buffers["input_gradient"] = input_shape
        return buffers

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        return {"columns": Typed((self.dimensions,), "int64")}

    def detail(self) -> str:
        return f"{self.vocabulary:,} ids, {self.dimensions}"

    def why_invalid(self, x: np.ndarray) -> str | None:
        least, largest = (x.min(), x.max()) if x.size else (0, 0)
        if least >= 0 and largest <= self.vocabulary - 1:
            return None
        return f"the data hold numbers from {least:g} to {largest:g}, expected ids from 0 to {self.vocabulary - 1:,}"

    def build(self, memory: Memory) -> None:
        super().build(memory)
        memory.buffers["columns"][...] = np.arange(self.dimensions)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        count, buffers = len(x), self.memory.buffers
        clipped, self._ids = buffers["clipped"][:count], buffers["ids"][:count]
        # fmax ignores a NaN, which therefore becomes id 0.
        np.fmax(x, 0, out=clipped)
        np.fmin(clipped, self.vocabulary - 1, out=clipped)
        np.copyto(self._ids, clipped, casting="unsafe")
        return self.memory.parameters["weight"].take(self._ids, axis=0, out=buffers["y"][:count], mode="clip")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        weight_gradient = self.memory.gradients["weight"]
        indices = self.memory.buffers["flat_indices"][: len(grad)]
        np.multiply(self._ids[..., None], self.dimensions, out=indices)
        np.add(indices, self.memory.buffers["columns"], out=indices)
        weight_gradient.fill(0)
        # Flat arrays make add.at five times as fast as adding rows, and nothing is allocated.
        np.add.at(weight_gradient.reshape(-1), indices.reshape(-1), grad.reshape(-1))
        if not self.memory.needs_input_gradient:
            return grad
        # The output is piecewise constant in x: its derivative is 0 wherever it exists.
        input_gradient = self.memory.buffers["input_gradient"][: len(grad)]
        input_gradient.fill(0)
        return input_gradient
