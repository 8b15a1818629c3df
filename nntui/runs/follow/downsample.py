"""Downsampling: drawing a long curve from fewer points, so that a redraw costs no more after a million steps.

Two relatives: `worker.step_averager` logs means of steps, and `runs.decimation` decides which records a log keeps.
"""

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
    """The curve itself if it has at most `most` points, else the minimum and maximum of each of its equal segments.

    No spike is lost. The length of a segment is a power of two, so that points stay where they are as the curve grows;
    a segment that is all NaN stays a gap.
    """
    size = len(y)
    if size <= most:
        return Curve(x, y)
    length = 4
    while 2 * size > most * length:
        length *= 2
    whole = size // length * length
    segments = y[:whole].reshape(-1, length)
    is_nan = np.isnan(segments)
    has_gaps = bool(is_nan.any())
    lowest = (np.where(is_nan, np.inf, segments) if has_gaps else segments).argmin(axis=1)
    highest = (np.where(is_nan, -np.inf, segments) if has_gaps else segments).argmax(axis=1)
    ends = np.stack([np.minimum(lowest, highest), np.maximum(lowest, highest)], axis=1)
    chosen = (ends + np.arange(0, whole, length)[:, None]).ravel()
    chosen = np.concatenate([chosen, np.arange(whole, size)])
    return Curve(x[chosen], y[chosen])
