"""The arena: all parameters of a network in one flat vector, all gradients in another.

Operations on all parameters (an optimizer, clipping, a norm, a checkpoint) are one pass over one vector; layers hold
views. Parameters with weight decay (weight matrices) come first, then the other trainable ones (biases), then running
statistics, which are not trained: weight decay and training are passes over prefixes. Each parameter starts on a
64-byte line; the gaps between them always hold zeros.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

_LINE_BYTES = 64


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter a layer needs."""

    shape: tuple[int, ...]
    initializer: str = "zeros"
    """The `type` of an Initializer."""
    fan_in: int = 1
    fan_out: int = 1
    decays: bool = False
    """Whether weight decay, L1 and L2 act on it: weight matrices, not biases."""
    update_rate: float | None = None
    """For a running statistic, which is not trained: the share of the way it moves, at each step, towards the value its
    layer puts in place of its gradient."""

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)


class Arena:
    """The parameter and gradient vectors of a network, and views of them by name ('dense_1.weight').

    `values` and `gradients` are 1-D, of the same length and dtype; `decaying` is the prefix that weight decay acts on,
    `learned` the longer prefix that an optimizer updates, and `statistics` the rest. With `shared` the vectors are in
    memory that processes forked later share.
    """

    def __init__(self, specs: Mapping[str, ParameterSpec], *, dtype: np.dtype, shared: bool = False) -> None:
        self.shared = shared
        line = _LINE_BYTES // dtype.itemsize
        self.specs = MappingProxyType(dict(specs))
        self._offsets: dict[str, int] = {}
        end = 0
        self.decaying = self.learned = slice(0, 0)
        for name, spec in sorted(specs.items(), key=lambda item: (item[1].update_rate is not None, not item[1].decays)):
            self._offsets[name] = end
            end += -(-spec.size // line) * line
            if spec.decays:
                self.decaying = slice(0, end)
            if spec.update_rate is None:
                self.learned = slice(0, end)
        self.statistics = slice(self.learned.stop, end)
        self.values = aligned_zeros(end, dtype, shared=shared)
        self.gradients = self.vector()
        self._update_rates = self._statistics_rates()

    def twin(self) -> Arena:
        """An arena with the same parameters in the same memory, and gradients of its own."""
        twin = Arena.__new__(Arena)
        twin.shared, twin.specs = self.shared, self.specs
        twin._offsets, twin._update_rates = self._offsets, self._update_rates
        twin.decaying, twin.learned, twin.statistics = self.decaying, self.learned, self.statistics
        twin.values = self.values
        twin.gradients = self.vector()
        return twin

    def vector(self) -> np.ndarray:
        """A new vector of zeros laid out like `values`, and shared where they are."""
        return aligned_zeros(len(self.values), self.values.dtype, shared=self.shared)

    @property
    def size(self) -> int:
        """The number of trainable parameters, without the gaps."""
        return sum(self.specs[name].size for name in self.learned_names)

    @property
    def learned_names(self) -> list[str]:
        """The names of the parameters that an optimizer updates."""
        return [name for name, spec in self.specs.items() if spec.update_rate is None]

    def update_statistics(self) -> None:
        """Moves running statistics towards the last batch's: v = v + rate·(observed - v). Overwrites `gradients`."""
        if self.statistics.start == self.statistics.stop:
            return
        values, observed = self.values[self.statistics], self.gradients[self.statistics]
        np.subtract(observed, values, out=observed)
        np.multiply(observed, self._update_rates, out=observed)
        np.add(values, observed, out=values)

    def _statistics_rates(self) -> np.ndarray:
        rates = np.zeros_like(self.values)
        for name, spec in self.specs.items():
            self._view(rates, name)[...] = spec.update_rate or 0.0
        return rates[self.statistics].copy()

    def value(self, name: str) -> np.ndarray:
        """A view of the parameter, in its own shape."""
        return self._view(self.values, name)

    def gradient(self, name: str) -> np.ndarray:
        """A view of the parameter's gradient, in the parameter's shape."""
        return self._view(self.gradients, name)

    def split(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        """Views by parameter name into a vector laid out like `values` (an optimizer's, say)."""
        return {name: self._view(vector, name) for name in self.specs}

    def owner(self, position: int) -> str:
        """The name of the parameter at this index of `values`."""
        return max((offset, name) for name, offset in self._offsets.items() if offset <= position)[1]

    def _view(self, vector: np.ndarray, name: str) -> np.ndarray:
        spec, offset = self.specs[name], self._offsets[name]
        return vector[offset : offset + spec.size].reshape(spec.shape)


def aligned_zeros(count: int, dtype: np.dtype, *, shared: bool = False) -> np.ndarray:
    """Zeros that start on a 64-byte line; with `shared`, in memory that processes forked later share."""
    size = count * dtype.itemsize + _LINE_BYTES
    buffer = np.frombuffer(mmap.mmap(-1, size), np.uint8) if shared else np.zeros(size, np.uint8)
    start = -buffer.ctypes.data % _LINE_BYTES
    return buffer[start : start + count * dtype.itemsize].view(dtype)
