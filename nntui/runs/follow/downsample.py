"""Long curves as short ones that look the same, so that a redraw costs the same after a million steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST = 16_384


@dataclass(frozen=True, eq=False)
class Curve:
    """Points `x (n,)`, `y (n,)`."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.y)


def downsample(x: np.ndarray, y: np.ndarray, most: int = MOST) -> Curve:
    """The curve itself where it has at most `most` points, else the extremes of equal stretches of it.

    No spike is lost. A stretch is a power of two long, so that points stay where they are as the curve grows; one
    that is NaN all over stays a gap.
    """
    size = len(y)
    if size <= most:
        return Curve(x, y)
    length = 4
    while 2 * size > most * length:
        length *= 2
    whole = size // length * length
    stretches = y[:whole].reshape(-1, length)
    broken = np.isnan(stretches)
    gaps = bool(broken.any())
    lowest = (np.where(broken, np.inf, stretches) if gaps else stretches).argmin(axis=1)
    highest = (np.where(broken, -np.inf, stretches) if gaps else stretches).argmax(axis=1)
    ends = np.stack([np.minimum(lowest, highest), np.maximum(lowest, highest)], axis=1)
    chosen = (ends + np.arange(0, whole, length)[:, None]).ravel()
    chosen = np.concatenate([chosen, np.arange(whole, size)])
    return Curve(x[chosen], y[chosen])
