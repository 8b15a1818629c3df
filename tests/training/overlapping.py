"""Two classes that overlap, one of them rare."""

from __future__ import annotations

import numpy as np


def overlapping(seed: int, rows: int = 3000, rare: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, 2) and labels (n,): every `rare`-th row is of class 1, whose middle is 1.5 deviations off."""
    x = np.random.default_rng(seed).standard_normal((rows, 2))
    y = (np.arange(rows) % rare == 0).astype(np.int64)
    return x + 1.5 * y[:, np.newaxis] * np.array([1.0, 0.0]), y
