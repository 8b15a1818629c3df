"""GRU: memory behind two gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.recurrent import Recurrent
from nntui.nn.recurrence import Cell, SequenceSize, Views


class GRUCell(Cell):
    """A GRU step on the sums of the candidate's input part, of r and z, and of half the candidate's recurrent part.

    With R, Z the doubled gates: n = tanh(input part + R·half the recurrent part), h' = n + Z·(h - n)/2.
    """

    order = (2, 0, 1, 2)
    scales = (1.0, 0.5, 0.5, 0.5)
    input_gates = slice(0, 3)
    state_gates = slice(1, 4)
    bypasses_gates = True
    work_arrays = 2
    slopes = 2

    def views(self, step: int) -> Views:
        sums, units = self.sums[:, step], self.size.units
        return sums[1:3], *sums, self.states[step, :, :units], self.states[step + 1, :, :units]

    def step_forward(self, views: Views) -> None:
        gates, n, r, z, recurrent, before, after = views
        work = self.work[0]
        np.tanh(gates, out=gates)
        np.add(gates, 1, out=gates)
        np.multiply(r, recurrent, out=work)
        np.add(n, work, out=n)
        np.tanh(n, out=n)
        np.subtract(before, n, out=work)
        np.multiply(work, z, out=work)
        np.multiply(work, 0.5, out=work)
        np.add(n, work, out=after)

    def step_backward(self, views: Views) -> None:
        gates, n, r, z, recurrent, before, _ = views
        carry, slope, (work, bypass) = self.carry, self.slope, self.work
        # A doubled gate is 1 + tanh(a), its derivative 1 - tanh(a)² = (2 - gate)·gate.
        np.subtract(2, gates, out=slope)
        np.multiply(carry, z, out=bypass)
        np.multiply(bypass, 0.5, out=bypass)
        np.subtract(before, n, out=work)
        np.multiply(work, bypass, out=work)
        np.multiply(work, slope[1], out=z)
        np.subtract(carry, bypass, out=work)
        np.copyto(carry, bypass)
        np.multiply(n, n, out=n)
        np.subtract(1, n, out=n)
        np.multiply(n, work, out=n)
        np.multiply(n, r, out=work)
        np.multiply(work, recurrent, out=r)
        np.multiply(r, slope[0], out=r)
        np.copyto(recurrent, work)


@dataclass
class GRU(Recurrent):
    """Reads a sequence into a memory that two gates renew and keep: learns much what an LSTM does, and is smaller.

    r, z = σ(x_t·W + h_(t-1)·U + b); n = tanh(x_t·W + b + r·(h_(t-1)·U + d)); h_t = (1 - z)·n + z·h_(t-1).
    Input (time, features), output (units,) or with return_sequences (time, units). weight W (in, 3·units),
    recurrent_weight U (units, 3·units), bias b (3·units,), each with the blocks r, z, n side by side, and
    recurrent_bias d (units,). The reset gate r acts after the product with U, as in PyTorch, cuDNN and Keras
    (reset_after). The order of the blocks is PyTorch's, which keeps W and U transposed, and for r and z too a second
    bias that is added to the first; Keras has z, r, n. Names of the second direction begin with backward_. Cho et al.
    2014, https://arxiv.org/abs/1406.1078
    """

    type = "gru"
    cell = GRUCell
    gates = 3
    step_flops = 6

    def _cell_parameters(self, size: SequenceSize) -> dict[str, ParameterSpec]:
        specs = super()._cell_parameters(size)
        if self.use_bias:
            specs["recurrent_bias"] = ParameterSpec(
                (size.units,), self.bias_initializer, fan_in=size.units, fan_out=size.units
            )
        return specs
