"""The base of the recurrent layers: settings, shapes, and one cell or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn import initializers
from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, format_shape
from nntui.nn.recurrence import Cell, SequenceSize
from nntui.scoped import scoped
from nntui.settings import setting

_BACKWARD = "backward_"
"""Prefix of the names of all arrays of the cell that runs from the end."""


@dataclass
class Recurrent(Layer):
    """Reads a sequence step by step and remembers what came before.

    Input (time, features); output (units,), the state after the last step, or with `return_sequences` (time, units);
    twice the units where bidirectional, those of the forward cell first.
    """

    group = "sequences"

    cell: ClassVar[type[Cell]]
    gates: ClassVar[int]
    """Blocks of `units` columns in the weights."""
    step_flops: ClassVar[int] = 0
    """Operations for each unit in a step, without the sums."""

    units: int = setting(32, minimum=1, maximum=100_000, help="How many numbers it remembers and outputs.")
    return_sequences: bool = setting(
        False,
        help="Whether it outputs the state after every step, which a recurrent layer after it needs, or the last only.",
    )
    bidirectional: bool = setting(
        False, help="Whether a second cell reads the sequence from its end; doubles the outputs."
    )
    initializer: str = setting(
        "auto", choices=initializers.choices, help="How the input weights start; the recurrent ones start orthogonal."
    )
    use_bias: bool = setting(True, help="Whether each gate also learns a constant.")
    bias_initializer: str = setting(
        "fan_in", choices=initializers.Initializer.names, help="How the biases start; zeros as in Keras."
    )

    @property
    def initializer_activation(self) -> str:
        """The activation by which `initializer = "auto"` chooses."""
        return "tanh"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix of each cell's parameter names."""
        return ("", _BACKWARD) if self.bidirectional else ("",)

    def output_shape(self, input_shape: Shape) -> Shape:
        size = self._size(input_shape)
        width = size.units * len(self.prefixes)
        return (size.time, width) if self.return_sequences else (width,)

    def _size(self, input_shape: Shape) -> SequenceSize:
        if len(input_shape) != 2:
            raise ShapeError(
                f"{self.type} needs a sequence (time, features), got {format_shape(input_shape)}; "
                "put a reshape layer before it, or return_sequences in the recurrent layer before it"
            )
        return SequenceSize(time=input_shape[0], features=input_shape[1], units=self.units)

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        size = self._size(input_shape)
        return {
            f"{prefix}{name}": spec for prefix in self.prefixes for name, spec in self._cell_parameters(size).items()
        }

    def _cell_parameters(self, size: SequenceSize) -> dict[str, ParameterSpec]:
        width, units = self.gates * size.units, size.units
        rule = initializers.resolve(self.initializer, self.initializer_activation).type
        specs = {
            "weight": ParameterSpec((size.features, width), rule, fan_in=size.features, fan_out=units, decays=True),
            "recurrent_weight": ParameterSpec((units, width), "orthogonal", fan_in=units, fan_out=units, decays=True),
        }
        if self.use_bias:
            specs["bias"] = ParameterSpec((width,), self.bias_initializer, fan_in=units, fan_out=units)
        return specs

    def flops(self, input_shape: Shape) -> int:
        size = self._size(input_shape)
        sums = self.gates * (2 * (size.features + size.units) + self.use_bias)
        return len(self.prefixes) * size.time * size.units * (sums + self.step_flops)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        needed = self.cell.buffers(self._size(input_shape), needs_input_gradient=needs_input_gradient)
        buffers: Buffers = {f"{prefix}{name}": shape for prefix in self.prefixes for name, shape in needed.items()}
        buffers["y"] = self.output_shape(input_shape)
        if needs_input_gradient:
            buffers["input_gradient"] = input_shape
        return buffers

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        needed = self.cell.scratch(self._size(input_shape), needs_input_gradient=needs_input_gradient)
        return {f"{prefix}{name}": shape for prefix in self.prefixes for name, shape in needed.items()}

    def detail(self) -> str:
        words = [str(self.units)]
        if self.return_sequences:
            words.append("sequences")
        if self.bidirectional:
            words.append("both ways")
        return " ".join(words)

    def build(self, memory: Memory) -> None:
        super().build(memory)
        size = self._size(memory.input_shape)
        self.cells = [self._cell_of(size, prefix) for prefix in self.prefixes]

    def _cell_of(self, size: SequenceSize, prefix: str) -> Cell:
        memory = self.memory
        return self.cell(
            size,
            parameters=scoped(memory.parameters, prefix),
            gradients=scoped(memory.gradients, prefix),
            buffers=scoped(memory.buffers, prefix),
            reverse=prefix == _BACKWARD,
        )

    def fit(self, count: int) -> None:
        self._y, self._input_gradient = self.memory.buffers["y"][:count], self.input_gradient(count)
        for cell in self.cells:
            cell.fit(count)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        for cell, part in zip(self.cells, self._halves(self._y), strict=True):
            states = cell.forward(x)
            if self.return_sequences:
                np.multiply(states.transpose(1, 0, 2), cell.state_scale, out=cell.in_order(part))
            else:
                np.multiply(states[-1], cell.state_scale, out=part)
        return self._y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        for number, (cell, part) in enumerate(zip(self.cells, self._halves(grad), strict=True)):
            cell.backward(part, self._input_gradient, accumulate=number > 0)
        return grad if self._input_gradient is None else self._input_gradient

    def _halves(self, array: np.ndarray) -> list[np.ndarray]:
        return [array[..., number * self.units : (number + 1) * self.units] for number in range(len(self.cells))]
