"""The base of all layers: settings in the fields, arithmetic in the methods, buffers handed over once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.settings import Configurable

Shape = tuple[int, ...]
GROUPS = ("basic", "convolution", "pooling", "sequences", "normalization", "noise", "augmentation")
"""Kinds of layers in the order a list shows them; any other kind comes last."""


class ShapeError(ValueError):
    """A layer cannot take its input shape; the message says what it needs and what to do.

    `within` names the part at fault: a setting ('shape'), a layer of a block ('layers[0]'), '' for the layer itself.
    """

    def __init__(self, message: str, within: str = "") -> None:
        super().__init__(message)
        self.within = within


@dataclass(frozen=True, slots=True)
class Typed:
    """A buffer with a dtype other than the network's."""

    shape: Shape
    dtype: str
    """NumPy's name for it: 'int64', 'bool'."""


Buffers = dict[str, Shape | Typed]


@dataclass(slots=True)
class Memory:
    """The arrays a network hands a layer, sized for the largest batch; nothing is allocated after this."""

    input_shape: Shape
    parameters: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    buffers: Mapping[str, np.ndarray]
    """Named as in `Layer.buffers`, each with a batch axis in front, and as in `Layer.scratch`. Initially zero."""
    rng: np.random.Generator
    needs_input_gradient: bool
    """False for the first layer with parameters: nothing uses the gradient of its input."""


@dataclass
class Layer(Configurable):
    """One layer of a stack: its fields are its settings, its methods the mathematics.

    The first five methods compute shapes and sizes without the batch axis, and need no built layer. `forward` and
    `backward` work once `build` has been called. A layer may overwrite the gradient it is given; the array it returns
    is its own buffer, valid until its next call.
    """

    memory: Memory = field(init=False, repr=False, compare=False)
    _count: int = field(init=False, repr=False, compare=False, default=-1)
    """The batch size of the last call of `fit`."""

    group: ClassVar[str] = "other"
    """The kind of layer, as a heading in lists: 'pooling'."""
    stochastic: ClassVar[bool] = False
    """Whether it draws random numbers during training, from `memory.rng`."""
    tunable: ClassVar[tuple[str, ...]] = ()
    """Settings that may change between two training steps."""
    reads_ids: ClassVar[bool] = False
    """Whether its inputs are ids: whole numbers that name something, so that there is no gradient for them."""
    form_defaults: ClassVar[Mapping[str, int | str]] = {}
    """Settings of a layer added in a form with other layers after it, where they differ from the defaults."""
    preserves_order: ClassVar[bool] = False
    """Whether the output holds the numbers of the input, in the same order."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the output for this shape of the input; raises ShapeError where it does not fit."""
        return input_shape

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        """What it learns, by name: 'weight', 'bias'."""
        return {}

    def flops(self, input_shape: Shape) -> int:
        """Floating-point operations of one forward pass for one sample; a multiplication with its addition is 2."""
        return 0

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        """Arrays needed for each sample of a training step, by name, without the batch axis."""
        return {}

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        """Arrays needed once, whatever the number of samples (for a tile of the batch, say); no name of `buffers`."""
        return {}

    def detail(self) -> str:
        """The settings worth a place in a summary: '64 relu'."""
        return ""

    def why_invalid(self, x: np.ndarray) -> str | None:
        """Why these inputs, (n, ...), are not ids this layer can read; None where they are, or it reads none."""
        return None

    def build(self, memory: Memory) -> None:
        """Takes its parameters and buffers."""
        self.memory = memory
        self._count = -1

    def fit(self, count: int) -> None:
        """Prepares views of its buffers for batches of `count` samples."""

    def fit_to(self, x: np.ndarray) -> None:
        """Calls `fit` where the batch size differs from the last: at the end of an epoch, or in an evaluation."""
        if len(x) != self._count:
            self._count = len(x)
            self.fit(self._count)

    def input_gradient(self, count: int) -> np.ndarray | None:
        """The first `count` rows of the buffer 'input_gradient'; None where that gradient is not needed."""
        return self.memory.buffers["input_gradient"][:count] if self.memory.needs_input_gradient else None

    def tunables(self) -> dict[str, Layer]:
        """For each setting that may change during training the layer it belongs to: this one, or one of its block."""
        return dict.fromkeys(self.tunable, self)

    def generators(self) -> dict[str, np.random.Generator]:
        """The random generators it draws from during training, by name; '' where there is only one."""
        return {"": self.memory.rng} if self.stochastic else {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Output of shape (n, *output_shape) for x of shape (n, *input_shape); n at most the batch size built for."""
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Fills the parameters' gradients and returns the gradient of the last x, given that of the last output.

        Where the input's gradient is not needed, the return value has no meaning.
        """
        raise NotImplementedError


def format_shape(shape: Shape) -> str:
    """A shape in a message: '28×28×1'."""
    return "×".join(map(str, shape))
