"""GRU: memory behind two gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.recurrent import Recurrent
from nntui.nn.recurrence import Cell, Extent, Views


class GRUCell(Cell):
    """The sums of the candidate's input part, of the gates r and z, and of half the candidate's recurrent part.

    With R, Z the doubled gates: n = tanh(input part + R·half the recurrent part), h' = n + Z·(h - n)/2.
    """

    order = (2, 0, 1, 2)
    scales = (1.0, 0.5, 0.5, 0.5)
    of_input = slice(0, 3)
    of_state = slice(1, 4)
    leaks = True
    extras = 2
    slopes = 2

    def views(self, step: int) -> Views:
        sums, units = self.sums[:, step], self.size.units
        return sums[1:3], *sums, self.states[step, :, :units], self.states[step + 1, :, :units]

    def step(self, views: Views) -> None:
        gates, n, r, z, recurrent, before, after = views
        extra = self.extra[0]
        np.tanh(gates, out=gates)
        np.add(gates, 1, out=gates)
        np.multiply(r, recurrent, out=extra)
        np.add(n, extra, out=n)
        np.tanh(n, out=n)
        np.subtract(before, n, out=extra)
        np.multiply(extra, z, out=extra)
        np.multiply(extra, 0.5, out=extra)
        np.add(n, extra, out=after)

    def back(self, views: Views) -> None:
        gates, n, r, z, recurrent, before, _ = views
        carry, slope, (extra, leak) = self.carry, self.slope, self.extra
        # A doubled gate is 1 + tanh(a), its derivative 1 - tanh(a)² = (2 - gate)·gate.
        np.subtract(2, gates, out=slope)
        np.multiply(carry, z, out=leak)
        np.multiply(leak, 0.5, out=leak)
        np.subtract(before, n, out=extra)
        np.multiply(extra, leak, out=extra)
        np.multiply(extra, slope[1], out=z)
        np.subtract(carry, leak, out=extra)
        np.copyto(carry, leak)
        np.multiply(n, n, out=n)
        np.subtract(1, n, out=n)
        np.multiply(n, extra, out=n)
        np.multiply(n, r, out=extra)
        np.multiply(extra, recurrent, out=r)
        np.multiply(r, slope[0], out=r)
        np.copyto(recurrent, extra)


@dataclass
class GRU(Recurrent):
    """Reads a sequence into a memory that two gates renew and keep: near the LSTM in what it learns, and smaller.

    r, z = σ(x_t·W + h_(t-1)·U + b); n = tanh(x_t·W + b + r·(h_(t-1)·U + d)); h_t = (1 - z)·n + z·h_(t-1).
    (time, features) in, (units,) or with return_sequences (time, units) out. weight W (in, 3·units), recurrent_weight U
    (units, 3·units), bias b (3·units,), each the blocks r, z, n side by side, and recurrent_bias d (units,). The reset
    gate r acts after the product with U, as in PyTorch, cuDNN and Keras (reset_after). The blocks stand as in PyTorch,
    who keeps W and U transposed and a second bias for r and z too, which adds to the first; Keras has z, r, n. The
    names of the second direction begin with backward_. Cho et al. 2014, https://arxiv.org/abs/1406.1078
    """

    type = "gru"
    cell = GRUCell
    gates = 3
    step_flops = 6

    def _cell_parameters(self, size: Extent) -> dict[str, ParameterSpec]:
        found = super()._cell_parameters(size)
        if self.use_bias:
            found["recurrent_bias"] = ParameterSpec(
                (size.units,), self.bias_initializer, fan_in=size.units, fan_out=size.units
            )
        return found
