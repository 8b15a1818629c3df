"""Embedding: a row of learned numbers for each word of a vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.initializers import Initializer
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, Typed, shape_words
from nntui.settings import setting


@dataclass
class Embedding(Layer):
    """Turns each id of a sequence into numbers of its own, which it learns: alike words come to lie near one another.

    y[t] = weight[x[t]]; x (time,) holds ids from 0 to vocabulary - 1, weight is of shape (vocabulary, dimensions), y
    (time, dimensions). Ids are whole numbers, though they come as floats; a fraction is cut off. What is below 0 or no
    number counts as id 0 and what is above the last as the last: a step of training never stops for it.
    """

    type = "embedding"
    group = "sequences"
    reads_ids = True

    vocabulary: int = setting(minimum=1, maximum=10_000_000, help="How many ids there are; the largest is one less.")
    dimensions: int = setting(16, minimum=1, maximum=100_000, help="How many numbers stand for each id.")
    initializer: str = setting("uniform", choices=Initializer.names, help="How the numbers start.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(f"embedding needs a sequence of ids, got {shape_words(input_shape)}; put it first")
        return (*input_shape, self.dimensions)

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        shape = (self.vocabulary, self.dimensions)
        # An id is a row of zeros with a single one: one input feeds each unit.
        return {"weight": ParameterSpec(shape, self.initializer, fan_in=1, fan_out=self.dimensions, decays=True)}

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        found: Buffers = {
            "y": (*input_shape, self.dimensions),
            "whole": input_shape,
            "ids": Typed(input_shape, "int64"),
        }
        found["places"] = Typed((*input_shape, self.dimensions), "int64")
        if needs_input_gradient:
            found["input_gradient"] = input_shape
        return found

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
        whole, self._ids = buffers["whole"][:count], buffers["ids"][:count]
        # fmax and fmin take the number where the other is none: a NaN cannot become an id.
        np.fmax(x, 0, out=whole)
        np.fmin(whole, self.vocabulary - 1, out=whole)
        np.copyto(self._ids, whole, casting="unsafe")
        return self.memory.parameters["weight"].take(self._ids, axis=0, out=buffers["y"][:count], mode="clip")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        weight_gradient = self.memory.gradients["weight"]
        places = self.memory.buffers["places"][: len(grad)]
        np.multiply(self._ids[..., None], self.dimensions, out=places)
        np.add(places, self.memory.buffers["columns"], out=places)
        weight_gradient.fill(0)
        # On flat arrays: five times as quick as adding rows, and nothing is allocated.
        np.add.at(weight_gradient.reshape(-1), places.reshape(-1), grad.reshape(-1))
        if not self.memory.needs_input_gradient:
            return grad
        # Between two ids there is nothing: the output does not change with x, but for jumps.
        input_gradient = self.memory.buffers["input_gradient"][: len(grad)]
        input_gradient.fill(0)
        return input_gradient
