"""Sums and inner products that stay correct where float32 overflows or underflows."""

from __future__ import annotations

import math

import numpy as np

_SMALLEST = 1e-24
"""A smaller sum may lack terms that underflowed in float32; a larger one lacks nothing that matters."""


def product_sum(left: np.ndarray, right: np.ndarray) -> float:
    """The sum of left·right over all elements of two arrays of the same shape.

    Computed in their own dtype, and again in float64 where a product may have overflowed or underflowed.
    """
    total = float(np.vdot(left, right))
    if math.isfinite(total) and abs(total) >= _SMALLEST:
        return total
    return float(np.vdot(left.astype(np.float64), right.astype(np.float64)))


def plain_sum(values: np.ndarray) -> float:
    """The sum of an array, in float64 where it overflows the array's dtype."""
    total = float(np.sum(values))
    return total if math.isfinite(total) else float(np.sum(values, dtype=np.float64))
