"""Batches: rows of a split gathered into buffers that are allocated once."""

from __future__ import annotations

import math

import numpy as np

from nntui.data.dataset import Split
from nntui.data.preprocessing import Preprocessing
from nntui.nn.arena import aligned_zeros


class Batches:
    """Gathers up to `batch_size` rows of a split in the form a network takes.

    Bytes are scaled as they are gathered; float32 splits are already preprocessed and only copied.
    """

    def __init__(
        self, split: Split, preprocessing: Preprocessing, batch_size: int, *, beside: Batches | None = None
    ) -> None:
        """`beside` are batches of the same data, at least as large, that share memory: either overwrites both."""
        self._split = split
        # Used for bytes only, which float32 holds exactly.
        self._offset, self._scale = preprocessing.offset.astype(np.float32), preprocessing.scale.astype(np.float32)
        self._shifts = bool(np.any(preprocessing.offset))
        self._y = np.empty((batch_size, *split.y.shape[1:]), split.y.dtype)
        is_bytes = split.x.dtype == np.uint8
        if beside is not None and is_bytes == (beside._raw is not None):
            self._x, self._raw = beside._x, beside._raw
            return
        shape = (batch_size, *split.x.shape[1:])
        self._x = aligned_zeros(math.prod(shape), np.dtype(np.float32)).reshape(shape)
        self._raw = np.empty(shape, np.uint8) if is_bytes else None

    def gather(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows at `indices` (n,), n at most `batch_size`: x (n, *input_shape) float32 and y (n, ...).

        Both are views of buffers that the next call overwrites. Indices outside the split are not an error: they are
        clipped to its first and last row.
        """
        count = len(indices)
        if count > len(self._x):
            raise ValueError(f"{count} rows do not fit a batch of {len(self._x)}")
        x, y = self._x[:count], self._y[:count]
        self._split.y.take(indices, axis=0, out=y, mode="clip")
        if self._raw is None:
            self._split.x.take(indices, axis=0, out=x, mode="clip")
            return x, y
        raw = self._raw[:count]
        self._split.x.take(indices, axis=0, out=raw, mode="clip")
        # Converted first: a ufunc on mixed dtypes would allocate buffers for the conversion.
        np.copyto(x, raw)
        if self._shifts:
            np.subtract(x, self._offset, out=x)
        np.multiply(x, self._scale, out=x)
        return x, y
