"""Neuron: a single unit of a layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import Activation


@dataclass(frozen=True, slots=True)
class Neuron:
    """A view of one unit: its weights, and what it computes from inputs.

    `weights` (inputs,) and `bias` (1,) are views of the network's parameters: they change during training, and writing
    to them writes to the network. `bias` is None in a layer without biases.
    """

    layer: str
    unit: int
    activation: str
    weights: np.ndarray
    bias: np.ndarray | None

    def contributions(self, x: np.ndarray) -> np.ndarray:
        """Each input times its weight, for one sample x of shape (inputs,)."""
        return x * self.weights

    def pre_activation(self, x: np.ndarray) -> np.ndarray:
        """z = x·w + b, for x of shape (n, inputs): shape (n,)."""
        z = x @ self.weights
        return z if self.bias is None else z + self.bias

    def output(self, x: np.ndarray) -> np.ndarray:
        """activation(z), for x of shape (n, inputs): shape (n,).

        Raises ValueError for softmax, whose output depends on the layer's other units.
        """
        if self.activation == "softmax":
            raise ValueError("softmax depends on all units of the layer: use Sequential.trace")
        z = self.pre_activation(x)[:, None]
        function = Activation.members()[self.activation]()
        y = np.empty_like(z)
        function.forward(z, y, [np.zeros_like(z) for _ in range(function.scratches)])
        return y[:, 0]
