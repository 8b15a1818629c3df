"""The activation at the end of a layer, with the buffers it reads and writes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nntui.nn.activations import Activation
from nntui.nn.layers.base import Buffers, Shape


class FusedActivation:
    """y = activation(z) in a layer's buffers: z and y share one buffer unless the derivative is computed from z.

    A layer calls `fit`, fills `z`, then calls `forward`. Arrays have shape (n, *shape).
    """

    def __init__(self, name: str) -> None:
        """`name` is the activation's `type`: 'relu'."""
        self.function = Activation.members()[name]()

    def buffers(self, shape: Shape) -> Buffers:
        """The arrays it needs for each sample, by name, where the layer's output has this shape."""
        return self.outputs(shape) | self.scratch(shape)

    def outputs(self, shape: Shape) -> Buffers:
        """Those of `buffers` that hold pre-activations and outputs."""
        return dict.fromkeys(("y", "z") if self.function.keeps_z else ("y",), shape)

    def scratch(self, shape: Shape) -> Buffers:
        """Those of `buffers` that hold nothing between calls; a layer that works on tiles makes them tile-sized."""
        return {f"scratch_{index}": shape for index in range(self.function.scratches)}

    def build(self, buffers: Mapping[str, np.ndarray]) -> None:
        """Takes those buffers, each with a batch axis in front."""
        self._y = buffers["y"]
        self._z = buffers.get("z", self._y)
        self._scratch = [buffers[name] for name in self.scratch(())]

    def fit(self, count: int) -> None:
        """Prepares views for batches of `count` samples."""
        self.y = self._y[:count]
        self.z = self.y if self._z is self._y else self._z[:count]
        self._scratch_now = [buffer[:count] for buffer in self._scratch]

    def forward(self) -> np.ndarray:
        """Fills y from z and returns it."""
        self.function.forward(self.z, self.y, self._scratch_now)
        return self.y

    def backward(self, grad: np.ndarray) -> None:
        """Turns the gradient with respect to y into the one with respect to z, in place."""
        self.function.backward(grad, self.z, self.y, self._scratch_now)
