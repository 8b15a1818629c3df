"""Dense: every unit sees every input."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn import initializers
from nntui.nn.activations import Activation
from nntui.nn.arena import ParameterSpec
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, shape_words
from nntui.settings import setting


@dataclass
class Dense(Layer):
    """Every unit sees every input: a weighted sum, a bias, and an activation.

    z = x·W + b, y = activation(z); weight of shape (in, units), bias of shape (units,).
    """

    type = "dense"
    group = "basic"
    form_defaults = {"units": 32, "activation": "relu"}

    units: int | None = setting(
        None, minimum=1, maximum=1_000_000, help="How many outputs, each with weights of its own.",
        absent="as many as classes or targets",
    )  # fmt: skip
    activation: str = setting("linear", choices=Activation.names, help="The function each sum goes through.")
    initializer: str = setting(
        "auto", choices=initializers.choices, help="How the weights start; auto chooses by the activation."
    )
    use_bias: bool = setting(True, help="Whether each unit also learns a constant.")
    bias_initializer: str = setting(
        "fan_in", choices=initializers.Initializer.names, help="How the biases start; zeros is Keras's way."
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(f"dense needs a flat input, got {shape_words(input_shape)}; put a flatten layer before it")
        return (self.width,)

    @property
    def width(self) -> int:
        """`units`, once it is known; raises ShapeError where nothing has filled it in."""
        if self.units is None:
            raise ShapeError("units may be left out in the last layer only")
        return self.units

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        size = math.prod(input_shape)
        rule = initializers.resolve(self.initializer, self.activation).type
        found = {"weight": ParameterSpec((size, self.width), rule, fan_in=size, fan_out=self.width, decays=True)}
        if self.use_bias:
            found["bias"] = ParameterSpec((self.width,), self.bias_initializer, fan_in=size, fan_out=self.width)
        return found

    def flops(self, input_shape: Shape) -> int:
        return 2 * math.prod(input_shape) * self.width + (self.width if self.use_bias else 0)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        activation = Activation.members()[self.activation]
        found: Buffers = {"y": (self.width,)}
        if activation.keeps_z:
            found["z"] = (self.width,)
        found |= {f"scratch_{index}": (self.width,) for index in range(activation.scratches)}
        if needs_input_gradient:
            found["input_gradient"] = input_shape
        return found

    def detail(self) -> str:
        return f"{self.units or 'auto'} {'' if self.activation == 'linear' else self.activation}".strip()

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._function = Activation.members()[self.activation]()
        self._weight, self._bias = memory.parameters["weight"], memory.parameters.get("bias")
        self._weight_gradient, self._bias_gradient = memory.gradients["weight"], memory.gradients.get("bias")
        self._y = memory.buffers["y"]
        self._z = memory.buffers.get("z", self._y)
        self._scratch = [memory.buffers[f"scratch_{index}"] for index in range(self._function.scratches)]
        self._ones = np.ones(len(self._y), self._y.dtype)
        self._count = -1

    def _views(self, count: int) -> None:
        # Batches are all of one size but the last of an epoch: the views are made anew only when it changes.
        self._count = count
        self._y_now, self._z_now = self._y[:count], self._z[:count]
        if self._z is self._y:
            self._z_now = self._y_now
        self._scratch_now = [buffer[:count] for buffer in self._scratch]
        self._ones_now = self._ones[:count]
        if self.memory.needs_input_gradient:
            self._input_gradient_now = self.memory.buffers["input_gradient"][:count]

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        if len(x) != self._count:
            self._views(len(x))
        self._x = x
        np.dot(x, self._weight, out=self._z_now)
        if self._bias is not None:
            np.add(self._z_now, self._bias, out=self._z_now)
        self._function.forward(self._z_now, self._y_now, self._scratch_now)
        return self._y_now

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self._function.backward(grad, self._z_now, self._y_now, self._scratch_now)
        np.dot(self._x.T, grad, out=self._weight_gradient)
        if self._bias_gradient is not None:
            np.dot(self._ones_now, grad, out=self._bias_gradient)
        if not self.memory.needs_input_gradient:
            return grad
        return np.dot(grad, self._weight.T, out=self._input_gradient_now)
