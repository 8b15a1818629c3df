"""Values that differ in a file and are equal as the 32-bit numbers a network takes."""

from __future__ import annotations

import numpy as np

SAMPLE = 2000
"""How many values of a column are checked at once."""
_MOST_LOST = 0.01
"""The share of a column's different values that may be lost: among 2000 arbitrary ones a pair or two always are."""


def merged_pair(values: np.ndarray) -> tuple[float, float] | None:
    """Two values of a column (n,) that are equal in 32 bits; None unless more than a hundredth of its values are lost.

    Only the first 2000 values are checked.
    """
    values = values[:SAMPLE].astype(np.float64, copy=False)
    # Values beyond float32 become infinite here; they are refused elsewhere.
    with np.errstate(over="ignore"):
        if np.array_equal(values.astype(np.float32), values):
            return None
        ordered = np.sort(values)
        distinct = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
        narrow = distinct.astype(np.float32)
    merged = np.flatnonzero(narrow[1:] == narrow[:-1])
    if len(merged) <= _MOST_LOST * len(distinct):
        return None
    first = int(merged[0])
    return float(distinct[first]), float(distinct[first + 1])


def first_merged(rows: np.ndarray, names: tuple[str, ...]) -> tuple[str, float, float] | None:
    """The name and the pair of the first column of (n, k) numbers that has a merged pair; None where there is none."""
    for name, column in zip(names, rows.T, strict=True):
        pair = merged_pair(column)
        if pair is not None:
            return name, *pair
    return None
