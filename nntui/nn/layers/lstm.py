"""LSTM: memory behind gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Memory
from nntui.nn.layers.recurrent import Recurrent
from nntui.nn.recurrence import Cell, SequenceSize, Views
from nntui.settings import setting


class LSTMCell(Cell):
    """An LSTM step on the sums of the gates i, f, o and of the candidate g; the stored state is 2·h.

    With I, F, O the doubled gates: c' = (F·c + I·g)/2, 2·h = O·tanh(c').
    """

    order = (0, 1, 3, 2)
    scales = (0.5, 0.5, 0.5, 1.0)
    input_gates = state_gates = slice(0, 4)
    state_scale = 0.5
    slopes = 3
    forget_bias: float = 0.0

    @classmethod
    def buffers(cls, size: SequenceSize, *, needs_input_gradient: bool) -> dict[str, tuple[int, ...]]:
        return super().buffers(size, needs_input_gradient=needs_input_gradient) | {
            "cells": (size.time + 1, size.units),
            "bent_cells": (size.time, size.units),
            "cell_carry": (size.units,),
        }

    def load(self) -> None:
        super().load()
        forget = self._kernels[1, self.size.units]
        np.add(forget, self.scales[1] * self.forget_bias, out=forget)

    def fit(self, count: int) -> None:
        size = self.size
        self._cells = self.view("cells", size.time + 1, count, size.units)
        self._bent = self.view("bent_cells", size.time, count, size.units)
        self._cell_carry = self.view("cell_carry", count, size.units)
        self._cells[0] = 0
        super().fit(count)

    def views(self, step: int) -> Views:
        sums = self.sums[:, step]
        after = self.states[step + 1, :, : self.size.units]
        return sums, sums[:3], *sums, self._cells[step], self._cells[step + 1], self._bent[step], after

    def step_forward(self, views: Views) -> None:
        sums, gates, i, f, o, g, before, c, bent, after = views
        work = self.work[0]
        np.tanh(sums, out=sums)
        np.add(gates, 1, out=gates)
        np.multiply(f, before, out=c)
        np.multiply(i, g, out=work)
        np.add(c, work, out=c)
        np.multiply(c, 0.5, out=c)
        np.tanh(c, out=bent)
        np.multiply(o, bent, out=after)

    def begin_backward(self) -> None:
        self._cell_carry.fill(0)

    def step_backward(self, views: Views) -> None:
        _, gates, i, f, o, g, before, _, bent, _ = views
        carry, half, work, slope = self.carry, self._cell_carry, self.work[0], self.slope
        # A doubled gate is 1 + tanh(a), its derivative 1 - tanh(a)² = (2 - gate)·gate.
        np.subtract(2, gates, out=slope)
        np.multiply(carry, o, out=carry)
        # The cell's gradient comes from the next cell and through the output. From here on it is halved, because c is
        # half of what the doubled gates give.
        np.multiply(bent, bent, out=work)
        np.subtract(1, work, out=work)
        np.multiply(work, carry, out=work)
        np.add(half, work, out=half)
        np.multiply(half, 0.5, out=half)
        np.multiply(carry, bent, out=carry)
        np.multiply(carry, slope[2], out=o)
        np.multiply(half, i, out=work)
        np.multiply(work, g, out=i)
        np.multiply(i, slope[0], out=i)
        np.multiply(g, g, out=g)
        np.subtract(1, g, out=g)
        np.multiply(g, work, out=g)
        np.multiply(half, f, out=half)
        np.multiply(half, before, out=f)
        np.multiply(f, slope[1], out=f)


@dataclass
class LSTM(Recurrent):
    """Reads a sequence into a memory that gates write, keep and read: remembers over hundreds of steps.

    i, f, o = σ(x_t·W + h_(t-1)·U + b), f with forget_bias added to its sum; g = tanh(x_t·W + h_(t-1)·U + b);
    c_t = f·c_(t-1) + i·g; h_t = o·tanh(c_t). Input (time, features), output (units,) or with return_sequences
    (time, units). weight W (in, 4·units), recurrent_weight U (units, 4·units), bias b (4·units,), each with the blocks
    i, f, g, o side by side, the order of PyTorch and of Keras (which calls g c); PyTorch keeps them transposed, and b
    as the sum of two. Names of the second direction begin with backward_. forget_bias is a constant added to b, which
    itself starts at 0: training is the same as with Keras's b starting at 1 there (unit_forget_bias). PyTorch has no
    such constant, which is 0 here.
    Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
    """

    type = "lstm"
    cell = LSTMCell
    gates = 4
    step_flops = 4

    forget_bias: float = setting(
        1.0,
        minimum=-100,
        maximum=100,
        help="Added to the sum of the forget gate, so that at first the memory is kept.",
    )

    def build(self, memory: Memory) -> None:
        super().build(memory)
        for cell in self.cells:
            assert isinstance(cell, LSTMCell)
            cell.forget_bias = self.forget_bias
