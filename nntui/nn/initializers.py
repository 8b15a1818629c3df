"""Initializers: how weights and biases are filled before the first step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.settings import Configurable


@dataclass
class Initializer(Configurable):
    """A rule that fills a weight array in place, given how many inputs each unit has and how many units it feeds."""

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        """Overwrites `array`, of any shape and float dtype."""
        raise NotImplementedError


@dataclass
class Zeros(Initializer):
    """All zeros: for biases; with zero weights every unit of a layer would learn the same."""

    type = "zeros"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array.fill(0)


@dataclass
class Ones(Initializer):
    """All ones: for scales that start without effect; as weights every unit of a layer would learn the same."""

    type = "ones"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array.fill(1)


@dataclass
class Normal(Initializer):
    """Normal with standard deviation 0.05, whatever the size of the layer."""

    type = "normal"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array[...] = rng.normal(0.0, 0.05, array.shape)


@dataclass
class Uniform(Initializer):
    """Uniform between -0.05 and 0.05, whatever the size of the layer."""

    type = "uniform"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array[...] = rng.uniform(-0.05, 0.05, array.shape)


@dataclass
class Glorot(Initializer):
    """Uniform within ±√(6 / (fan_in + fan_out)): preserves the signal's size through tanh and sigmoid layers.

    Glorot and Bengio 2010, http://proceedings.mlr.press/v9/glorot10a.html
    """

    type = "glorot"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        limit = math.sqrt(6 / (fan_in + fan_out))
        array[...] = rng.uniform(-limit, limit, array.shape)


@dataclass
class He(Initializer):
    """Normal with standard deviation √(2 / fan_in): compensates for the half that ReLU cuts off.

    He et al. 2015, https://arxiv.org/abs/1502.01852
    """

    type = "he"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array[...] = rng.normal(0.0, math.sqrt(2 / fan_in), array.shape)


@dataclass
class LeCun(Initializer):
    """Normal with standard deviation √(1 / fan_in): the initialization SELU's self-normalization assumes.

    LeCun et al. 1998, Efficient BackProp; Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    type = "lecun"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        array[...] = rng.normal(0.0, math.sqrt(1 / fan_in), array.shape)


@dataclass
class Orthogonal(Initializer):
    """Orthonormal rows or columns: preserves lengths through any number of layers.

    Saxe et al. 2013, https://arxiv.org/abs/1312.6120
    """

    type = "orthogonal"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        columns = array.shape[-1]
        rows = array.size // columns
        basis, triangle = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        # QR factors are unique up to signs: fixing the signs makes the draw uniform over orthogonal matrices.
        basis *= np.sign(np.diagonal(triangle))
        array[...] = (basis if rows >= columns else basis.T).reshape(array.shape)


@dataclass
class FanIn(Initializer):
    """Uniform within ±1/√fan_in: how PyTorch initializes the biases and weights of its layers.

    For recurrent layers fan_in is the number of units, as in PyTorch.
    """

    type = "fan_in"

    def fill(self, array: np.ndarray, *, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        limit = 1 / math.sqrt(fan_in)
        array[...] = rng.uniform(-limit, limit, array.shape)


AUTO = "auto"

_BY_ACTIVATION = {
    "relu": "he", "leaky_relu": "he", "elu": "he", "gelu": "he", "silu": "he", "softplus": "he", "selu": "lecun",
}  # fmt: skip


def choices() -> tuple[str, ...]:
    """The values of a layer's `initializer`: 'auto' and the names of the family."""
    return (AUTO, *Initializer.names())


def resolve(name: str, activation: str) -> Initializer:
    """The initializer of that name; 'auto' is He's for ReLU and its relatives, LeCun's for SELU, else Glorot's."""
    return Initializer.members()[_BY_ACTIVATION.get(activation, "glorot") if name == AUTO else name]()
