"""BatchNorm: each channel normalized by its batch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape
from nntui.settings import setting

_WIDEST = 2048
"""Most numbers in a row processed at once: loops over only a few channels would cost more than the arithmetic."""


@dataclass
class BatchNorm(Layer):
    """Brings each channel to mean 0 and deviation 1 over the batch, then learns a scale and a shift for it.

    y = gamma·(x - mean) / √(variance + epsilon) + beta, mean and variance over the batch and every axis but the last.
    Evaluation uses running values: running = momentum·running + (1 - momentum)·seen. That is Keras's meaning of
    momentum; PyTorch's is 1 - ours. Epsilon is inside the root, as in both; 1e-5 is PyTorch's, Keras has 1e-3. The
    batch is scaled by its own biased variance; the running variance averages the unbiased one, with n - 1 in the
    denominator, as in PyTorch (Keras: biased). A batch with one number per channel has no variance: the output is beta,
    and the running variance is left as it is. Where workers share a batch, each part is normalized by itself.
    Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
    """

    type = "batch_norm"
    group = "normalization"

    momentum: float = setting(0.9, minimum=0, below=1, help="The share of the running mean kept at each step.")
    epsilon: float = setting(
        1e-5, minimum=1e-30, maximum=1, help="Added to the variance, so that none is divided by zero."
    )

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        shape, update_rate = input_shape[-1:], 1 - self.momentum
        return {
            "gamma": ParameterSpec(shape, "ones"),
            "beta": ParameterSpec(shape),
            "running_mean": ParameterSpec(shape, update_rate=update_rate),
            "running_variance": ParameterSpec(shape, "ones", update_rate=update_rate),
        }

    def flops(self, input_shape: Shape) -> int:
        return 2 * math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "centered": input_shape}

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        repeats = _repeats(input_shape)
        rows = batch_size * math.prod(input_shape[:-1]) // repeats
        vectors: Buffers = dict.fromkeys(("mean", "inverse", "scale", "sum", "product"), input_shape[-1:])
        return vectors | {"wide": (repeats, *input_shape[-1:]), "ones": (rows,)}

    def detail(self) -> str:
        return "" if self.momentum == 0.9 else f"momentum {self.momentum:g}"

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._wide, self._ones = memory.buffers["wide"], memory.buffers["ones"]
        self._ones.fill(1)
        self._mean, self._inverse, self._scale, self._sum, self._product = (
            memory.buffers[name] for name in ("mean", "inverse", "scale", "sum", "product")
        )
        self._each = math.prod(memory.input_shape[:-1])

    def _rows(self, array: np.ndarray) -> np.ndarray:
        """The array as rows of several pixels each, (rows, repeats·channels)."""
        return array.reshape(len(array) * self._each // len(self._wide), self._wide.size)

    def fit(self, count: int) -> None:
        self._y = self.memory.buffers["y"][:count]
        self._y_rows, self._centered = self._rows(self._y), self._rows(self.memory.buffers["centered"][:count])
        self._ones_now = self._ones[: len(self._y_rows)]

    def _total(self, rows: np.ndarray, out: np.ndarray) -> None:
        """The sum of each channel, by BLAS: several times faster than np.sum along the first axis."""
        np.dot(self._ones_now, rows, out=self._wide.reshape(-1))
        np.add.reduce(self._wide, axis=0, out=out)

    def _repeated(self, channels: np.ndarray) -> np.ndarray:
        """One number per channel, repeated for each pixel of a row."""
        np.copyto(self._wide, channels)
        return self._wide.reshape(-1)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        self._x_rows, self._training = self._rows(x), training
        if training:
            self._center()
        else:
            np.copyto(self._mean, self.memory.parameters["running_mean"])
            self._invert(self.memory.parameters["running_variance"])
        np.multiply(self.memory.parameters["gamma"], self._inverse, out=self._scale)
        if training:
            np.multiply(self._centered, self._repeated(self._scale), out=self._y_rows)
            np.add(self._y_rows, self._repeated(self.memory.parameters["beta"]), out=self._y_rows)
        else:
            np.multiply(self._x_rows, self._repeated(self._scale), out=self._y_rows)
            np.multiply(self._mean, self._scale, out=self._sum)
            np.subtract(self.memory.parameters["beta"], self._sum, out=self._sum)
            np.add(self._y_rows, self._repeated(self._sum), out=self._y_rows)
        return self._y

    def _invert(self, variance: np.ndarray) -> None:
        np.add(variance, self.epsilon, out=self._inverse)
        np.sqrt(self._inverse, out=self._inverse)
        np.reciprocal(self._inverse, out=self._inverse)

    def _center(self) -> None:
        """Subtracts the batch's mean, and hands its mean and variance to the running statistics."""
        number = self._count * self._each
        self._total(self._x_rows, self._mean)
        np.divide(self._mean, number, out=self._mean)
        np.subtract(self._x_rows, self._repeated(self._mean), out=self._centered)
        # y is not needed yet: its buffer holds the squares.
        np.multiply(self._centered, self._centered, out=self._y_rows)
        self._total(self._y_rows, self._sum)
        if not math.isfinite(np.add.reduce(self._sum)):
            self._center_in_float64()
            return
        observed = self.memory.gradients
        np.copyto(observed["running_mean"], self._mean)
        if number > 1:
            np.divide(self._sum, number - 1, out=observed["running_variance"])
        else:
            np.copyto(observed["running_variance"], self.memory.parameters["running_variance"])
        np.divide(self._sum, number, out=self._sum)
        self._invert(self._sum)

    def _center_in_float64(self) -> None:
        """`_center` in float64, for numbers whose squares overflow the network's dtype."""
        channels = len(self._mean)
        wide = self._x_rows.reshape(-1, channels).astype(np.float64)
        mean = wide.mean(axis=0)
        wide -= mean
        variance = np.square(wide).mean(axis=0)
        number, observed = len(wide), self.memory.gradients
        np.copyto(self._mean, mean, casting="same_kind")
        np.copyto(self._centered, wide.reshape(self._centered.shape), casting="same_kind")
        np.copyto(observed["running_mean"], mean, casting="same_kind")
        # A variance that overflows the dtype becomes its largest number.
        largest = np.finfo(self._mean.dtype).max
        unbiased = np.minimum(variance * number / max(number - 1, 1), largest)
        np.copyto(observed["running_variance"], unbiased, casting="same_kind")
        np.copyto(self._inverse, 1 / np.sqrt(variance + self.epsilon), casting="same_kind")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        rows = self._rows(grad)
        if not self._training:
            np.subtract(self._x_rows, self._repeated(self._mean), out=self._centered)
        # y is no longer needed: its buffer holds the products.
        np.multiply(rows, self._centered, out=self._y_rows)
        self._total(self._y_rows, self._product)
        self._total(rows, self._sum)
        np.multiply(self._product, self._inverse, out=self.memory.gradients["gamma"])
        np.copyto(self.memory.gradients["beta"], self._sum)
        if not self.memory.needs_input_gradient:
            return grad
        if self._training:
            self._subtract_statistics_gradient(rows)
        np.multiply(rows, self._repeated(self._scale), out=rows)
        return rows.reshape(grad.shape)

    def _subtract_statistics_gradient(self, rows: np.ndarray) -> None:
        """Subtracts the gradient that flows through the batch's mean and variance.

        With c = x - mean and i = 1/√(variance + epsilon) over m numbers: dL/dx = gamma·i·(g - Σg/m - c·i²·Σ(g·c)/m).
        """
        number = self._count * self._each
        np.divide(self._sum, number, out=self._sum)
        np.subtract(rows, self._repeated(self._sum), out=rows)
        np.multiply(self._product, self._inverse, out=self._product)
        np.multiply(self._product, self._inverse, out=self._product)
        np.divide(self._product, number, out=self._product)
        np.multiply(self._centered, self._repeated(self._product), out=self._centered)
        np.subtract(rows, self._centered, out=rows)


def _repeats(shape: Shape) -> int:
    """How many pixels, each with all its channels, make a row: a divisor of the number of pixels of a sample."""
    pixels = math.prod(shape[:-1])
    most = min(pixels, max(_WIDEST // shape[-1], 1))
    return next(count for count in range(most, 0, -1) if pixels % count == 0)
