"""Exponential smoothing of a noisy curve."""

from __future__ import annotations

import numpy as np

_BLOCK = 128


def smooth(values: np.ndarray, factor: float) -> np.ndarray:
    """The exponentially weighted mean of `values (n,)` so far: weights `factor**age`, 0 (none) <= factor < 1.

    The weights of what is there sum to 1, so the first points are not pulled to 0; NaN has no weight and stays NaN.
    """
    if factor <= 0 or not len(values):
        return values
    there = np.isfinite(values)
    total = _decaying_sum(np.where(there, values, 0.0), factor)
    weight = _decaying_sum(there.astype(np.float64), factor)
    return np.divide(total, weight, out=np.full(len(values), np.nan), where=there)


def _decaying_sum(values: np.ndarray, factor: float) -> np.ndarray:
    """s[i] = factor * s[i - 1] + values[i], a block at a time: a matrix product instead of a loop over points."""
    ages = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    kernel = np.where(ages >= 0, factor ** np.maximum(ages, 0), 0.0)
    padded = np.zeros(-(-len(values) // _BLOCK) * _BLOCK)
    padded[: len(values)] = values
    blocks = padded.reshape(-1, _BLOCK) @ kernel.T
    carry, fading = 0.0, factor ** np.arange(1, _BLOCK + 1)
    for block in blocks:
        block += carry * fading
        carry = block[-1]
    return blocks.reshape(-1)[: len(values)]
