"""Sums of products that are right at the ends of a precision too."""

from __future__ import annotations

import math

import numpy as np

_SMALLEST = 1e-24
"""Below, terms of the sum may have been too small for float32; far above all that it then lacks."""


def product_sum(left: np.ndarray, right: np.ndarray) -> float:
    """The sum of left·right over all places of two arrays of one shape.

    In their own precision, and once more in float64 where a square may have been too large for that or too small.
    """
    total = float(np.vdot(left, right))
    if math.isfinite(total) and abs(total) >= _SMALLEST:
        return total
    return float(np.vdot(left.astype(np.float64), right.astype(np.float64)))


def plain_sum(values: np.ndarray) -> float:
    """The sum over an array, in float64 where it is too large for the array's precision."""
    total = float(np.sum(values))
    return total if math.isfinite(total) else float(np.sum(values, dtype=np.float64))
