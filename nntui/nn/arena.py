"""The arena: every number a network keeps in one flat vector, every gradient in another.

What works on all parameters at once (an optimizer, clipping, a norm, a checkpoint) is one pass over one vector. Layers
hold views. Parameters that decay (weight matrices) stand first, the other learned ones (biases) after them, and last
the numbers that are not learned but follow what a layer sees (running means), so that weight decay, and all that is
learned, is one pass over a prefix. Each parameter starts on a 64-byte line; the gaps between hold zeros for ever.
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
    """What a layer asks the arena for."""

    shape: tuple[int, ...]
    initializer: str = "zeros"
    """A name of the Initializer family."""
    fan_in: int = 1
    fan_out: int = 1
    decays: bool = False
    """Whether weight decay, L1 and L2 act on it: weight matrices, not biases."""
    update_rate: float | None = None
    """Not learned: it goes this share of the way, at each step, to what its layer puts in the place of its gradient."""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class Arena:
    """The parameter and gradient vectors of a network, and views of them by name ('dense_1.weight').

    `values` and `gradients` are 1-D, of one length and dtype; `decaying` is the prefix that weight decay acts on, and
    `learned` the longer prefix that an optimizer moves. `shared`: processes forked later have the vectors in common.
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
        """An arena of the same parameters, at the same place in memory, with gradients of its own."""
        twin = Arena.__new__(Arena)
        twin.shared, twin.specs = self.shared, self.specs
        twin._offsets, twin._update_rates = self._offsets, self._update_rates
        twin.decaying, twin.learned, twin.statistics = self.decaying, self.learned, self.statistics
        twin.values = self.values
        twin.gradients = self.vector()
        return twin

    def vector(self) -> np.ndarray:
        """A new vector laid out like `values`, all zero, and shared where those are."""
        return aligned_zeros(len(self.values), self.values.dtype, shared=self.shared)

    @property
    def size(self) -> int:
        """How many numbers are learned, gaps left out."""
        return sum(self.specs[name].size for name in self.learned_names)

    @property
    def learned_names(self) -> list[str]:
        """The parameters that an optimizer moves."""
        return [name for name, spec in self.specs.items() if spec.update_rate is None]

    def update_statistics(self) -> None:
        """Moves what follows a step towards what its layers saw: v = v + pace·(seen - v). Uses up `gradients`."""
        if self.statistics.start == self.statistics.stop:
            return
        values, seen = self.values[self.statistics], self.gradients[self.statistics]
        np.subtract(seen, values, out=seen)
        np.multiply(seen, self._update_rates, out=seen)
        np.add(values, seen, out=values)

    def _statistics_rates(self) -> np.ndarray:
        paces = np.zeros_like(self.values)
        for name, spec in self.specs.items():
            self._view(paces, name)[...] = spec.update_rate or 0.0
        return paces[self.statistics].copy()

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
        """The name of the parameter that holds the number at this position of `values`."""
        return max((offset, name) for name, offset in self._offsets.items() if offset <= position)[1]

    def _view(self, vector: np.ndarray, name: str) -> np.ndarray:
        spec, offset = self.specs[name], self._offsets[name]
        return vector[offset : offset + spec.size].reshape(spec.shape)


def aligned_zeros(count: int, dtype: np.dtype, *, shared: bool = False) -> np.ndarray:
    """Zeros that begin on a 64-byte line; `shared`: processes forked later have them in common."""
    size = count * dtype.itemsize + _LINE_BYTES
    buffer = np.frombuffer(mmap.mmap(-1, size), np.uint8) if shared else np.zeros(size, np.uint8)
    start = -buffer.ctypes.data % _LINE_BYTES
    return buffer[start : start + count * dtype.itemsize].view(dtype)
