"""The base of the convolutions of any rank: shapes, and the passes over the tiles of a batch."""

from __future__ import annotations

import math
from typing import ClassVar, NamedTuple

import numpy as np

from nntui.nn import initializers
from nntui.nn.arena import ParameterSpec
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.tiles import tile_samples, tiles_of
from nntui.nn.convolution.windows import Sliding
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape
from nntui.nn.layers.fused_activation import FusedActivation
from nntui.nn.layers.sliding import sliding_over
from nntui.scoped import scoped

_CONVOLVER = "convolver_"
_TILE_NUMBERS = 210_000
"""Numbers in a tile of a backward pass: about half of a core's second-level cache in float32."""


class Tile(NamedTuple):
    """A few samples of the batch, with views of their part of the buffers, as images and as rows of pixels."""

    samples: slice
    sums: np.ndarray
    fused: FusedActivation
    bias: np.ndarray | None
    ones: np.ndarray


class Convolution(Layer):
    """The base of the convolutions, which declare the settings annotated here and connect channels to filters."""

    group = "convolution"

    rank: ClassVar[int]
    """How many axes the kernel slides along: 2 over (height, width, channels), 1 over (time, features)."""
    kernel_size: int
    stride: int
    padding: str
    dilation: int
    activation: str
    initializer: str
    use_bias: bool
    bias_initializer: str

    def _output_channels(self, channels: int) -> int:
        """Channels of the output for this many of the input."""
        raise NotImplementedError

    def _convolver_type(self, sliding: Sliding) -> type[Convolver]:
        """The algorithm that computes the sums."""
        raise NotImplementedError

    def _channels_per_sum(self, channels: int) -> int:
        """How many of the input's channels each sum reads."""
        return channels

    def output_shape(self, input_shape: Shape) -> Shape:
        *sides, channels = self._sliding(input_shape).output_shape
        return (*sides[-self.rank :], self._output_channels(channels))

    def _sliding(self, input_shape: Shape) -> Sliding:
        return sliding_over(
            input_shape, layer=self.type, rank=self.rank, setting="kernel_size", kernel=self.kernel_size,
            stride=self.stride, dilation=self.dilation, padding=self.padding,
        )  # fmt: skip

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        channels, cells = input_shape[-1], self.kernel_size**self.rank
        width, inputs = self._output_channels(channels), self._channels_per_sum(channels)
        rule = initializers.resolve(self.initializer, self.activation).type
        last = width * inputs // channels
        shape = (*(self.kernel_size,) * self.rank, channels, last)
        fans = {"fan_in": cells * inputs, "fan_out": cells * last}
        specs = {"weight": ParameterSpec(shape, rule, **fans, decays=True)}
        if self.use_bias:
            specs["bias"] = ParameterSpec((width,), self.bias_initializer, **fans)
        return specs

    def flops(self, input_shape: Shape) -> int:
        per_output = 2 * self.kernel_size**self.rank * self._channels_per_sum(input_shape[-1])
        return math.prod(self.output_shape(input_shape)) * (per_output + (1 if self.use_bias else 0))

    def detail(self) -> str:
        words = ["x".join([str(self.kernel_size)] * self.rank)]
        if self.stride > 1:
            words.append(f"stride {self.stride}")
        if self.dilation > 1:
            words.append(f"dilation {self.dilation}")
        if self.padding != "same":
            words.append(self.padding)
        if self.activation != "linear":
            words.append(self.activation)
        return " ".join(words)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        buffers = FusedActivation(self.activation).outputs(self.output_shape(input_shape))
        return buffers | {"input_gradient": input_shape} if needs_input_gradient else buffers

    def _convolver(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Convolver:
        sliding = self._sliding(input_shape)
        # Roughly what a backward pass touches for each sample: patches, the output's gradients, sums and scratch.
        per_sample = (sliding.down.kernel + 2) * math.prod(input_shape) + 3 * math.prod(self.output_shape(input_shape))
        return self._convolver_type(sliding)(
            sliding,
            filters=self._output_channels(sliding.channels),
            samples=tile_samples(batch_size, numbers_per_sample=per_sample, most_numbers=_TILE_NUMBERS),
            backwards=needs_input_gradient,
        )

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        convolver = self._convolver(input_shape, batch_size=batch_size, needs_input_gradient=needs_input_gradient)
        rows, filters = convolver.samples * convolver.sliding.positions, convolver.filters
        buffers: Buffers = {f"{_CONVOLVER}{name}": shape for name, shape in convolver.scratch().items()}
        buffers |= FusedActivation(self.activation).scratch((rows, filters))
        buffers["ones"] = (rows,)
        if self.use_bias:
            buffers |= {"bias_rows": (rows, filters), "bias_part": (filters,)}
        return buffers

    def build(self, memory: Memory) -> None:
        super().build(memory)
        buffers = memory.buffers
        self._y = buffers["y"]
        self._z = buffers.get("z", self._y)
        self._convolve = self._convolver(
            memory.input_shape, batch_size=len(self._y), needs_input_gradient=memory.needs_input_gradient
        )
        self._convolve.build(scoped(buffers, _CONVOLVER))
        sliding = self._convolve.sliding
        self._input, self._output = sliding.input_shape, (*sliding.output_shape[:2], self._convolve.filters)
        kernel = (*sliding.kernel, sliding.channels, -1)
        self._weight = memory.parameters["weight"].reshape(kernel)
        self._weight_gradient = memory.gradients["weight"].reshape(kernel)
        self._bias, self._bias_gradient = memory.parameters.get("bias"), memory.gradients.get("bias")
        buffers["ones"].fill(1)

    def fit(self, count: int) -> None:
        self._tiles = [self._tile(samples) for samples in tiles_of(count, self._convolve.samples)]
        self._y_now, self._x_gradient = self._y[:count], self.input_gradient(count)

    def _tile(self, samples: slice) -> Tile:
        buffers, fused = self.memory.buffers, FusedActivation(self.activation)
        rows = {name: buffers[name][samples].reshape(-1, self._convolve.filters) for name in fused.outputs(())}
        fused.build({**buffers, **rows})
        count = len(rows["y"])
        fused.fit(count)
        return Tile(
            samples=samples,
            sums=self._z[samples].reshape(-1, *self._output),
            fused=fused,
            bias=buffers["bias_rows"][:count] if self.use_bias else None,
            ones=buffers["ones"][:count],
        )

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        self._images = x.reshape(len(x), *self._input)
        self._convolve.load(self._weight)
        if self._bias is not None:
            # Adding rows to rows is three times as fast as adding one row to all.
            np.copyto(self.memory.buffers["bias_rows"], self._bias)
        for tile in self._tiles:
            self._convolve.forward(self._images[tile.samples], tile.sums)
            if tile.bias is not None:
                np.add(tile.fused.z, tile.bias, out=tile.fused.z)
            tile.fused.forward()
        return self._y_now

    def backward(self, grad: np.ndarray) -> np.ndarray:
        grad = grad.reshape(len(grad), *self._output)
        images_gradient = None if self._x_gradient is None else self._x_gradient.reshape(len(grad), *self._input)
        self._convolve.begin(self._weight)
        if self._bias_gradient is not None:
            self._bias_gradient.fill(0)
        for tile in self._tiles:
            tile_grad = grad[tile.samples]
            rows = tile_grad.reshape(-1, self._convolve.filters)
            tile.fused.backward(rows)
            if self._bias_gradient is not None:
                bias_part = self.memory.buffers["bias_part"]
                np.dot(tile.ones, rows, out=bias_part)
                np.add(self._bias_gradient, bias_part, out=self._bias_gradient)
            target = None if images_gradient is None else images_gradient[tile.samples]
            self._convolve.backward(self._images[tile.samples], tile_grad, target)
        self._convolve.finish(self._weight_gradient)
        return grad if self._x_gradient is None else self._x_gradient
