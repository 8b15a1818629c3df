"""SimpleRNN: a layer that feeds back into itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import Activation
from nntui.nn.layers.base import Memory
from nntui.nn.layers.recurrent import Recurrent
from nntui.nn.recurrence import Cell, Views
from nntui.settings import setting


class SimpleCell(Cell):
    """h = activation(sum)."""

    order = (0,)
    scales = (1.0,)
    input_gates = state_gates = slice(0, 1)
    work_arrays = 3
    function: Activation

    def views(self, step: int) -> Views:
        scratch = self.work[1 : 1 + self.function.scratches]
        return self.sums[0, step], self.states[step + 1, :, : self.size.units], scratch

    def step_forward(self, views: Views) -> None:
        sums, after, scratch = views
        self.function.forward(sums, sums, scratch)
        np.copyto(after, sums)

    def step_backward(self, views: Views) -> None:
        y, _, scratch = views
        self.function.backward(self.carry, y, y, scratch)
        np.copyto(y, self.carry)


@dataclass
class SimpleRNN(Recurrent):
    """Reads a sequence step by step, together with its own last output: the simplest memory, and a short one.

    h_t = activation(x_t·W + h_(t-1)·U + b). Input (time, features), output (units,) or with return_sequences
    (time, units). weight W has shape (in, units), recurrent_weight U (units, units), bias b (units,); names of the
    second direction begin with backward_. Keras has the same; PyTorch keeps W and U transposed, and b as a sum of two.
    Elman 1990, https://doi.org/10.1207/s15516709cog1402_1
    """

    type = "simple_rnn"
    cell = SimpleCell
    gates = 1

    activation: str = setting("tanh", choices=("tanh", "relu"), help="The function each sum goes through.")

    @property
    def initializer_activation(self) -> str:
        return self.activation

    def detail(self) -> str:
        return f"{super().detail()} {self.activation}"

    def build(self, memory: Memory) -> None:
        super().build(memory)
        for cell in self.cells:
            assert isinstance(cell, SimpleCell)
            cell.function = Activation.members()[self.activation]()
