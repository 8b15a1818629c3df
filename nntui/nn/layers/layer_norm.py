"""LayerNorm: each sample normalized by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape
from nntui.settings import setting


@dataclass
class LayerNorm(Layer):
    """Brings the features of each sample to mean 0 and deviation 1, then learns a scale and a shift for each feature.

    y = gamma·(x - mean) / √(variance + epsilon) + beta, mean and (biased) variance over the last axis alone: each pixel
    of an image and each step of a sequence by itself, whatever the batch. Epsilon is inside the root, as in Keras and
    PyTorch; 1e-5 is PyTorch's, Keras has 1e-3. Ba et al. 2016, https://arxiv.org/abs/1607.06450
    """

    type = "layer_norm"
    group = "normalization"

    epsilon: float = setting(
        1e-5, minimum=1e-30, maximum=1, help="Added to the variance, so that none is divided by zero."
    )

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        return {"gamma": ParameterSpec(input_shape[-1:], "ones"), "beta": ParameterSpec(input_shape[-1:])}

    def flops(self, input_shape: Shape) -> int:
        return 7 * math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        rows = input_shape[:-1]
        return {"y": input_shape, "normalized": input_shape, "inverse": rows, "mean": rows, "product": rows}

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        return {"ones": (max(batch_size * math.prod(input_shape[:-1]), input_shape[-1]),)}

    def build(self, memory: Memory) -> None:
        super().build(memory)
        memory.buffers["ones"].fill(1)
        self._gamma, self._beta = memory.parameters["gamma"], memory.parameters["beta"]
        self._features = memory.input_shape[-1]

    def fit(self, count: int) -> None:
        buffers = self.memory.buffers
        self._y = buffers["y"][:count]
        self._y_rows = self._y.reshape(-1, self._features)
        self._normalized = buffers["normalized"][:count].reshape(-1, self._features)
        self._inverse, self._mean, self._product = (
            buffers[name][:count].reshape(-1) for name in ("inverse", "mean", "product")
        )
        self._row_ones, self._feature_ones = buffers["ones"][: len(self._y_rows)], buffers["ones"][: self._features]

    def _average(self, rows: np.ndarray, out: np.ndarray) -> np.ndarray:
        """The mean of each row, as a column."""
        np.dot(rows, self._feature_ones, out=out)
        np.divide(out, self._features, out=out)
        return out[:, None]

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        rows, normalized, y = x.reshape(-1, self._features), self._normalized, self._y_rows
        np.subtract(rows, self._average(rows, self._mean), out=normalized)
        np.multiply(normalized, normalized, out=y)
        inverse = self._average(y, self._inverse)
        if not math.isfinite(np.add.reduce(self._inverse)):
            return self._forward_in_float64(rows)
        np.add(inverse, self.epsilon, out=inverse)
        np.sqrt(inverse, out=inverse)
        np.reciprocal(inverse, out=inverse)
        np.multiply(normalized, inverse, out=normalized)
        np.multiply(normalized, self._gamma, out=y)
        np.add(y, self._beta, out=y)
        return self._y

    def _forward_in_float64(self, rows: np.ndarray) -> np.ndarray:
        """The forward pass in float64, for numbers whose squares overflow the network's dtype."""
        wide = rows.astype(np.float64)
        wide -= wide.mean(axis=1, keepdims=True)
        inverse = 1 / np.sqrt(np.square(wide).mean(axis=1) + self.epsilon)
        np.copyto(self._inverse, inverse, casting="same_kind")
        np.multiply(wide, inverse[:, None], out=self._normalized, casting="same_kind")
        np.multiply(self._normalized, self._gamma, out=self._y_rows)
        np.add(self._y_rows, self._beta, out=self._y_rows)
        return self._y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        # dL/dx = i·(h - mean(h) - n·mean(h·n)) with h = gamma·g, n the normalized x and i = 1/√(variance + epsilon).
        # y is no longer needed: its buffer holds the products.
        rows, normalized, product = grad.reshape(-1, self._features), self._normalized, self._y_rows
        np.multiply(rows, normalized, out=product)
        np.dot(self._row_ones, product, out=self.memory.gradients["gamma"])
        np.dot(self._row_ones, rows, out=self.memory.gradients["beta"])
        if not self.memory.needs_input_gradient:
            return grad
        np.multiply(rows, self._gamma, out=rows)
        np.multiply(rows, normalized, out=product)
        np.multiply(normalized, self._average(product, self._product), out=normalized)
        np.subtract(rows, self._average(rows, self._mean), out=rows)
        np.subtract(rows, normalized, out=rows)
        np.multiply(rows, self._inverse[:, None], out=rows)
        return rows.reshape(grad.shape)
