"""The norm of the whole gradient, epoch by epoch, from the norms of its parts that a log has."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

MOST_NORMS = 1 << 14
"""Of which half stays when there are more: 256 kB."""


def whole_norm(norms: Mapping[str, float]) -> float:
    """The Euclidean norm of a vector in parts, from the norms of the parts: the root of the sum of their squares.

    NaN where there are no parts, or one is no number.
    """
    if not norms or any(math.isnan(norm) for norm in norms.values()):
        return math.nan
    return math.hypot(*norms.values())


class GradientNorms:
    """Whole norms by step, in the order of the log, in bounded memory."""

    def __init__(self) -> None:
        self._steps = np.empty(64)
        self._norms = np.empty(64)
        self._length = 0

    def add(self, step: int, norms: Mapping[str, float]) -> None:
        """Takes in the norms of an epoch's last batch; none, of an epoch that was resumed after it, are left out."""
        if not norms:
            return
        if self._length == len(self._steps):
            self._make_room()
        self._steps[self._length], self._norms[self._length] = step, whole_norm(norms)
        self._length += 1

    def drop_after(self, step: int) -> None:
        """Forgets what a resumed run has overtaken."""
        keep = self._steps[: self._length] <= step
        if not keep.all():
            # Into new arrays: views handed out keep what they show.
            self._steps, self._norms = self._steps[: self._length][keep], self._norms[: self._length][keep]
            self._length = len(self._steps)

    def view(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps and norms, float64 `(n,)` each, views that a later update leaves alone."""
        return self._steps[: self._length], self._norms[: self._length]

    def _make_room(self) -> None:
        every = 2 if self._length >= MOST_NORMS else 1
        steps, norms = (array[: self._length][::every] for array in (self._steps, self._norms))
        self._length = len(steps)
        free = np.full(max(self._length, 64), math.nan)
        self._steps, self._norms = np.concatenate([steps, free]), np.concatenate([norms, free])
