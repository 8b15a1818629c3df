"""Activations: elementwise functions of a layer's sums, and softmax; all write in place and allocate nothing.

`forward(z, y, scratch)` fills `y`, which may be `z` itself unless `keeps_z`. `backward(grad, z, y, scratch)` turns the
gradient with respect to y into the one with respect to z, in place. All arrays have shape (batch, units); `scratch`
holds `scratches` arrays of that shape, initially zero, which nothing else writes to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.settings import Configurable

Scratch = Sequence[np.ndarray]


@dataclass
class Activation(Configurable):
    """The function a unit applies to its sum z."""

    formula: ClassVar[str]
    """The formula for people, as computed here."""
    keeps_z: ClassVar[bool] = False
    """Whether backward reads z, so that forward must not overwrite it."""
    scratches: ClassVar[int] = 1

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        """Fills y from z."""
        raise NotImplementedError

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        """Multiplies `grad` by the derivative, in place."""
        raise NotImplementedError


@dataclass
class Linear(Activation):
    """Passes the sum on unchanged: for regression outputs, and for logits, whose loss includes its own function."""

    type = "linear"
    formula = "y = z"
    scratches = 0

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        if y is not z:
            np.copyto(y, z)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        pass


@dataclass
class ReLU(Activation):
    """Zero below zero, unchanged above: fast, and the usual choice inside a network."""

    type = "relu"
    formula = "y = max(z, 0)"
    scratches = 2

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # An array of zeros, never written to: NumPy is half as fast with a scalar.
        zeros, _ = scratch
        np.maximum(z, zeros, out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        zeros, above = scratch
        np.greater(y, zeros, out=above)
        np.multiply(grad, above, out=grad)


@dataclass
class LeakyReLU(Activation):
    """ReLU that passes a hundredth of the sum below zero, so that no unit can die."""

    type = "leaky_relu"
    formula = "y = max(z, 0.01·z)"
    slope: ClassVar[float] = 0.01

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.multiply(z, self.slope, out=scratch[0])
        np.maximum(z, scratch[0], out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # y has the sign of z, so it gives the slope.
        np.greater(y, 0, out=scratch[0])
        np.multiply(scratch[0], 1 - self.slope, out=scratch[0])
        np.add(scratch[0], self.slope, out=scratch[0])
        np.multiply(grad, scratch[0], out=grad)


@dataclass
class ELU(Activation):
    """ReLU with a smooth floor at -1, which keeps the mean output close to zero.

    Clevert et al. 2015, https://arxiv.org/abs/1511.07289, with alpha = 1.
    """

    type = "elu"
    formula = "y = z if z > 0 else exp(z) - 1"

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.minimum(z, 0, out=scratch[0])
        np.expm1(scratch[0], out=scratch[0])
        np.maximum(z, 0, out=y)
        np.add(y, scratch[0], out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # Below zero y = exp(z) - 1, so the derivative exp(z) is y + 1.
        np.minimum(y, 0, out=scratch[0])
        np.add(scratch[0], 1, out=scratch[0])
        np.multiply(grad, scratch[0], out=grad)


@dataclass
class SELU(Activation):
    """ELU scaled so that deep stacks keep mean 0 and variance 1 by themselves.

    Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    type = "selu"
    formula = "y = 1.0507·z if z > 0 else 1.7581·(exp(z) - 1)"
    scratches = 2
    scale: ClassVar[float] = 1.0507009873554805
    floor: ClassVar[float] = 1.0507009873554805 * 1.6732632423543772

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.minimum(z, 0, out=scratch[0])
        np.expm1(scratch[0], out=scratch[0])
        np.multiply(scratch[0], self.floor, out=scratch[0])
        np.maximum(z, 0, out=y)
        np.multiply(y, self.scale, out=y)
        np.add(y, scratch[0], out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # Above zero `scale`; below, floor·exp(z) = y + floor.
        above, slope = scratch
        np.greater(y, 0, out=above)
        np.multiply(above, self.scale - self.floor, out=above)
        np.minimum(y, 0, out=slope)
        np.add(slope, self.floor, out=slope)
        np.add(slope, above, out=slope)
        np.multiply(grad, slope, out=grad)


@dataclass
class GELU(Activation):
    """A smooth ReLU that weighs each sum by how likely it is to be large; the tanh form.

    Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
    """

    type = "gelu"
    formula = "y = z/2·(1 + tanh(0.79788·(z + 0.044715·z³)))"
    keeps_z = True
    scratches = 2
    cubic: ClassVar[float] = 0.044715
    width: ClassVar[float] = 0.7978845608028654
    """The square root of 2/π."""
    straight: ClassVar[float] = 10.0
    """Beyond this tanh is ±1 in every dtype, so that y is z or 0 and the slope 1 or 0."""

    def _bend(self, z: np.ndarray, out: np.ndarray) -> None:
        np.multiply(z, z, out=out)
        np.multiply(out, self.cubic, out=out)
        np.add(out, 1, out=out)
        np.multiply(out, z, out=out)
        np.multiply(out, self.width, out=out)
        np.tanh(out, out=out)

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        self._bend(z, scratch[0])
        np.add(scratch[0], 1, out=scratch[0])
        np.multiply(scratch[0], 0.5, out=scratch[0])
        np.multiply(scratch[0], z, out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # With t = tanh(u): dy/dz = (1 + t)/2 · (1 + z·(1 - t)·u'),  u' = width·(1 + 3·cubic·z²).
        # Beyond `straight` the slope is constant, and clipping keeps z² and z³ from overflowing.
        bend, slope = scratch
        np.clip(z, -self.straight, self.straight, out=bend)
        np.multiply(bend, bend, out=slope)
        np.multiply(slope, 3 * self.cubic, out=slope)
        np.add(slope, 1, out=slope)
        np.multiply(slope, self.width, out=slope)
        np.multiply(slope, bend, out=slope)
        self._bend(z, bend)
        np.subtract(1, bend, out=bend)
        np.multiply(slope, bend, out=slope)
        np.add(slope, 1, out=slope)
        np.subtract(2, bend, out=bend)
        np.multiply(bend, 0.5, out=bend)
        np.multiply(slope, bend, out=slope)
        np.multiply(grad, slope, out=grad)


def logistic(z: np.ndarray, out: np.ndarray) -> None:
    """1 / (1 + exp(-z)) into `out`, which may be z; below -87 it stays at exp(-87), so that exp never overflows."""
    np.maximum(z, -87, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.reciprocal(out, out=out)


@dataclass
class SiLU(Activation):
    """z times its own sigmoid: smooth, and slightly below zero for small negative sums; also called swish.

    Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
    """

    type = "silu"
    formula = "y = z / (1 + exp(-z))"
    keeps_z = True
    scratches = 2

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # Below -87 y is 0 to 35 digits; clipping also keeps exp from overflowing.
        np.maximum(z, -87, out=y)
        np.negative(y, out=scratch[0])
        np.exp(scratch[0], out=scratch[0])
        np.add(scratch[0], 1, out=scratch[0])
        np.divide(y, scratch[0], out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # dy/dz = s + y·(1 - s), s the sigmoid of z.
        sigmoid, slope = scratch
        logistic(z, sigmoid)
        np.subtract(1, sigmoid, out=slope)
        np.multiply(slope, y, out=slope)
        np.add(slope, sigmoid, out=slope)
        np.multiply(grad, slope, out=grad)


@dataclass
class Tanh(Activation):
    """An S-shaped curve between -1 and 1, centred on zero."""

    type = "tanh"
    formula = "y = tanh(z)"

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.tanh(z, out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.multiply(y, y, out=scratch[0])
        np.subtract(1, scratch[0], out=scratch[0])
        np.multiply(grad, scratch[0], out=grad)


@dataclass
class Sigmoid(Activation):
    """An S-shaped curve between 0 and 1: a share or a probability; its gradient vanishes at both ends."""

    type = "sigmoid"
    formula = "y = 1 / (1 + exp(-z))"

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        logistic(z, y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        np.subtract(1, y, out=scratch[0])
        np.multiply(scratch[0], y, out=scratch[0])
        np.multiply(grad, scratch[0], out=grad)


@dataclass
class Softplus(Activation):
    """A smooth ReLU that is never quite zero: for outputs that must be positive."""

    type = "softplus"
    formula = "y = log(1 + exp(z))"

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), which never overflows.
        np.abs(z, out=scratch[0])
        np.negative(scratch[0], out=scratch[0])
        np.exp(scratch[0], out=scratch[0])
        np.log1p(scratch[0], out=scratch[0])
        np.maximum(z, 0, out=y)
        np.add(y, scratch[0], out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # The sigmoid of z is 1 - exp(-y).
        np.negative(y, out=scratch[0])
        np.expm1(scratch[0], out=scratch[0])
        np.negative(scratch[0], out=scratch[0])
        np.multiply(grad, scratch[0], out=grad)


@dataclass
class Softmax(Activation):
    """Probabilities that sum to 1 over the layer's units; not before cross_entropy, which includes its own."""

    type = "softmax"
    formula = "y = exp(z) / Σ exp(z)"
    scratches = 2

    def forward(self, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        row = scratch[0][:, :1]
        np.maximum.reduce(z, axis=1, keepdims=True, out=row)
        np.subtract(z, row, out=y)
        np.exp(y, out=y)
        np.add.reduce(y, axis=1, keepdims=True, out=row)
        np.divide(y, row, out=y)

    def backward(self, grad: np.ndarray, z: np.ndarray, y: np.ndarray, scratch: Scratch) -> None:
        # dL/dz_i = y_i·(g_i - Σ_j g_j·y_j)
        row = scratch[1][:, :1]
        np.multiply(grad, y, out=scratch[0])
        np.add.reduce(scratch[0], axis=1, keepdims=True, out=row)
        np.subtract(grad, row, out=grad)
        np.multiply(grad, y, out=grad)
