"""The norm of the whole network's gradient, epoch by epoch, from the norms by parameter in a log."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

MOST_NORMS = 1 << 14
"""Above it every second one is dropped: 256 kB."""


def whole_norm(norms: Mapping[str, float]) -> float:
    """The Euclidean norm of a vector from the norms of its parts: the square root of the sum of their squares.

    NaN if there are no parts, or one is NaN.
    """
    if not norms or any(math.isnan(norm) for norm in norms.values()):
        return math.nan
    return math.hypot(*norms.values())


class GradientNorms:
    """The whole network's norms by step, in log order, in bounded memory."""

    def __init__(self) -> None:
        self._steps = np.empty(64)
        self._norms = np.empty(64)
        self._length = 0

    def add(self, step: int, norms: Mapping[str, float]) -> None:
        """Adds the norms of an epoch's last batch; ignores an empty mapping, from a run resumed after that batch."""
        if not norms:
            return
        if self._length == len(self._steps):
            self._make_room()
        self._steps[self._length], self._norms[self._length] = step, whole_norm(norms)
        self._length += 1

    def drop_after(self, step: int) -> None:
        """Removes later steps, which a resumed run makes again."""
        keep = self._steps[: self._length] <= step
        if not keep.all():
            # Into new arrays, so that earlier views keep their contents.
            self._steps, self._norms = self._steps[: self._length][keep], self._norms[: self._length][keep]
            self._length = len(self._steps)

    def view(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and norms, float64 `(n,)` each, as views that later updates do not change."""
        return self._steps[: self._length], self._norms[: self._length]

    def _make_room(self) -> None:
        every = 2 if self._length >= MOST_NORMS else 1
        steps, norms = (array[: self._length][::every] for array in (self._steps, self._norms))
        self._length = len(steps)
        free = np.full(max(self._length, 64), math.nan)
        self._steps, self._norms = np.concatenate([steps, free]), np.concatenate([norms, free])
