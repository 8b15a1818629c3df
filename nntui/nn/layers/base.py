"""What every layer is: settings in its fields, arithmetic in its methods, and buffers given to it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from nntui.nn.arena import ParameterSpec
from nntui.settings import Configurable

Shape = tuple[int, ...]
GROUPS = ("basic", "convolution", "pooling", "sequences", "normalization", "noise", "augmentation")
"""Kinds of layers in the order of a stack; a list shows others behind them."""


class ShapeError(ValueError):
    """A layer cannot take the shape it would be given; the message says what it needs and what to do.

    `within` says what of the layer it is about: a setting ('shape'), a layer of a block ('layers[0]'), '' for itself.
    """

    def __init__(self, message: str, within: str = "") -> None:
        super().__init__(message)
        self.within = within


@dataclass(frozen=True, slots=True)
class Typed:
    """A buffer whose numbers are not of the network's dtype."""

    shape: Shape
    dtype: str
    """As NumPy names it: 'int64', 'bool'."""


Buffers = dict[str, Shape | Typed]


@dataclass(slots=True)
class Memory:
    """What a network hands a layer to work with, sized for the largest batch; nothing is allocated after this."""

    input_shape: Shape
    parameters: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    buffers: Mapping[str, np.ndarray]
    """By the names of `Layer.buffers`, each with the batch in front, and those of `Layer.scratch`. Zero at first."""
    rng: np.random.Generator
    needs_input_gradient: bool
    """False for the first layer with parameters: nobody asks it for the gradient of its input."""


@dataclass
class Layer(Configurable):
    """A step of the stack: its fields are its settings, its methods the mathematics.

    The first five methods are arithmetic on shapes, without the batch, and work on a layer that is only described.
    `forward` and `backward` work once `build` has been called. A layer may overwrite the gradient it is given, and
    what it returns stays its own until its next call.
    """

    memory: Memory = field(init=False, repr=False, compare=False)
    _count: int = field(init=False, repr=False, compare=False, default=-1)
    """The batch size that `fit` was called for last."""

    group: ClassVar[str] = "other"
    """The kind of layer, under which a list shows it: 'pooling'."""
    stochastic: ClassVar[bool] = False
    """Whether it draws random numbers in training, from `memory.rng`."""

    tunable: ClassVar[tuple[str, ...]] = ()
    """Settings that may be changed between two training steps."""
    reads_ids: ClassVar[bool] = False
    """Whether its inputs are whole numbers that name something: with nothing between two of them, and no gradient."""
    form_defaults: ClassVar[Mapping[str, int | str]] = {}
    """What a new one is given in a form where other layers follow it, beside its defaults."""
    preserves_order: ClassVar[bool] = False
    """Whether what comes out are the numbers that went in, in their order."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of what comes out, given the shape that goes in; raises ShapeError where it does not fit."""
        return input_shape

    def parameters(self, input_shape: Shape) -> dict[str, ParameterSpec]:
        """What it learns, by name: 'weight', 'bias'."""
        return {}

    def flops(self, input_shape: Shape) -> int:
        """Floating-point operations of one forward pass for one sample; a multiplication with its addition is 2."""
        return 0

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        """Arrays needed for each sample of a training step, by name."""
        return {}

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        """Arrays needed once, however many samples there are (a tile of the batch, say); names unlike `buffers`."""
        return {}

    def detail(self) -> str:
        """The settings worth a place in a summary: '64 relu'."""
        return ""

    def why_invalid(self, x: np.ndarray) -> str | None:
        """Why these inputs, (n, ...), are no ids for a layer that reads such; None where they are."""
        return None

    def build(self, memory: Memory) -> None:
        """Takes its parameters and buffers."""
        self.memory = memory
        self._count = -1

    def fit(self, count: int) -> None:
        """Takes views of its buffers for batches of `count` samples."""

    def fit_to(self, x: np.ndarray) -> None:
        """Calls `fit` where the batch has another size than the last: the end of an epoch, or an evaluation."""
        if len(x) != self._count:
            self._count = len(x)
            self.fit(self._count)

    def input_gradient(self, count: int) -> np.ndarray | None:
        """The first `count` rows of the buffer 'input_gradient'; None where nobody asks for that gradient."""
        return self.memory.buffers["input_gradient"][:count] if self.memory.needs_input_gradient else None

    def tunables(self) -> dict[str, Layer]:
        """The layer each setting that may be changed while training belongs to: itself, or one of its block."""
        return dict.fromkeys(self.tunable, self)

    def generators(self) -> dict[str, np.random.Generator]:
        """Each random generator it draws from in training, by a name of its own; '' where there is but one."""
        return {"": self.memory.rng} if self.stochastic else {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Output of shape (n, *output_shape) for x of shape (n, *input_shape); n at most the batch built for."""
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Fills the parameters' gradients and returns the gradient of the last x, given that of the last output.

        Where the input's gradient is not needed, what is returned has no meaning.
        """
        raise NotImplementedError


def shape_words(shape: Shape) -> str:
    """A shape for people: '28×28×1'."""
    return "×".join(map(str, shape))
