"""The choice of rows held out for validation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def held_out(count: int, validation: float) -> int:
    """How many of `count` rows are held out; at least one row stays in train."""
    return min(round(count * validation), max(count - 1, 0))


def held_out_by_class(counts: Sequence[int], validation: float) -> list[int]:
    """How many rows of each class are held out: the class's share, rounded so that the total is the share of all rows
    where that is possible; at least one row of each class stays in train."""
    exact = [count * validation for count in counts]
    held = [math.floor(share) for share in exact]
    missing = round(sum(counts) * validation) - sum(held)
    # Largest remainder first; ties go to the earlier class.
    for index in sorted(range(len(counts)), key=lambda i: held[i] - exact[i]):
        if missing > 0 and held[index] < exact[index] and held[index] + 1 < counts[index]:
            held[index] += 1
            missing -= 1
    return held


def split_rows(
    labels: np.ndarray | None, count: int, validation: float, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Row indices of train and of val, each in the order of the source; stratified where there are `labels` (n,)."""
    if labels is None:
        chosen = rng.permutation(count)[: held_out(count, validation)]
    else:
        rows = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
        held = held_out_by_class([len(members) for members in rows], validation)
        parts = [rng.permutation(members)[:take] for members, take in zip(rows, held, strict=True)]
        chosen = np.concatenate(parts) if parts else np.empty(0, np.intp)
    is_val = np.zeros(count, bool)
    is_val[chosen] = True
    return np.flatnonzero(~is_val), np.flatnonzero(is_val)
