"""Values that are different in a file and equal once they are 32-bit numbers, as a network takes them."""

from __future__ import annotations

import numpy as np

SAMPLE = 2000
"""Values of a column that are looked at in one go."""
_MOST_LOST = 0.01
"""Of a column's different values may be lost: among 2000 arbitrary ones with all digits a pair or two always are."""


def merged_pair(values: np.ndarray) -> tuple[float, float] | None:
    """Two values of a column (n,) that 32 bits cannot tell apart; None unless a hundredth of its values are lost.

    Only the first 2000 are looked at.
    """
    values = values[:SAMPLE].astype(np.float64, copy=False)
    # Beyond float32 there is infinity, whose values are refused elsewhere.
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
    """The first column of (n, k) numbers that has a merged pair: its name and the pair; None where there is none."""
    for name, column in zip(names, rows.T, strict=True):
        pair = merged_pair(column)
        if pair is not None:
            return name, *pair
    return None
