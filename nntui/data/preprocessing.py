"""Preprocessing: the shift and scale between raw values and what a network sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

_BLOCK = 2**20
_FLOAT32 = np.finfo(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Preprocessing:
    """x = (raw - offset) * scale, and the same for the targets of a regression; all float32.

    `offset` and `scale` have shape () or input_shape (of sequences: the same at every step), `target_offset` and
    `target_scale` () or (k,).
    """

    offset: np.ndarray
    scale: np.ndarray
    target_offset: np.ndarray
    target_scale: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray, y: np.ndarray, *, standardize: bool, standardize_targets: bool) -> Self:
        """Fit on the raw training split: x (n, *input_shape) with n at least 1, y (n,) labels or (n, k) targets.

        Without `standardize` bytes are scaled to 0..1 and other values left as they are. With it, tables are
        standardized column by column, sequences feature by feature over all their steps, images with one mean and
        deviation; a constant column is only shifted.
        """
        offset, scale = _plain(1.0 / 255.0 if x.dtype == np.uint8 else 1.0)
        if standardize:
            columns = x.reshape(-1, x.shape[-1]) if x.ndim == 3 else x
            offset, scale = _standard(columns, per_column=columns.ndim == 2)
            if x.ndim == 3:
                offset, scale = (np.broadcast_to(array, x.shape[1:]).copy() for array in (offset, scale))
        target_offset, target_scale = _plain(1.0)
        if standardize_targets:
            target_offset, target_scale = _standard(y, per_column=True)
        return cls(offset, scale, target_offset, target_scale)

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Raw inputs (..., *input_shape) as the network sees them, float32."""
        return _forward(x, self.offset, self.scale)

    def restore(self, x: np.ndarray) -> np.ndarray:
        """The raw values, float64, of inputs as the network sees them: `apply` backwards."""
        return np.asarray(x, np.float64) / self.scale + self.offset

    def apply_targets(self, y: np.ndarray) -> np.ndarray:
        """Raw targets (..., k) as the network learns them, float32."""
        return _forward(y, self.target_offset, self.target_scale)

    def restore_targets(self, y: np.ndarray) -> np.ndarray:
        """Targets in their own units, float64, of what the network answers (..., k)."""
        return np.asarray(y, np.float64) / self.target_scale + self.target_offset

    def to_tensors(self) -> dict[str, np.ndarray]:
        """The four arrays by name, for a checkpoint."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> Self:
        """Read back what `to_tensors` gave; other names are ignored, a missing one is a KeyError."""
        return cls(**{field.name: np.asarray(tensors[field.name], np.float32) for field in fields(cls)})


def _plain(scale: float) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((), np.float32), np.asarray(scale, np.float32)


def _forward(raw: np.ndarray, offset: np.ndarray, scale: np.ndarray) -> np.ndarray:
    raw = np.asarray(raw)
    if raw.dtype == np.uint8:
        # The same two float32 operations as Batches.gather, so that both give the same bits.
        shifted = raw.astype(np.float32)
        shifted -= offset
        shifted *= scale
        return shifted
    if not offset.any() and (scale == 1.0).all():
        return raw.astype(np.float32)
    # In float64, because a large offset would take all digits from a float32 difference.
    shifted = np.subtract(raw, offset, dtype=np.float64)
    shifted *= scale
    return shifted.astype(np.float32)


def _standard(raw: np.ndarray, *, per_column: bool) -> tuple[np.ndarray, np.ndarray]:
    if per_column:
        mean, deviation = raw.mean(axis=0, dtype=np.float64), raw.std(axis=0, dtype=np.float64)
        constant = raw.max(axis=0) == raw.min(axis=0)
    else:
        mean, deviation = _moments(raw)
        constant = np.asarray(raw.max() == raw.min())
    # Nothing below can be told from a constant once its reciprocal leaves float32.
    constant = constant | (deviation < 1.0 / float(_FLOAT32.max))
    scale = 1.0 / np.where(constant, 1.0, deviation)
    return np.asarray(mean, np.float32), np.asarray(scale, np.float32)


def _moments(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation over all values, by blocks: a float64 copy of all images would not fit."""
    flat = raw.reshape(-1)
    blocks = [flat[start : start + _BLOCK] for start in range(0, flat.size, _BLOCK)]
    if raw.dtype == np.uint8:
        weights = np.sum([np.bincount(block, minlength=256) for block in blocks], axis=0) / flat.size
        mean = float(weights @ np.arange(256.0))
        return np.asarray(mean), np.sqrt(weights @ np.square(np.arange(256.0) - mean))
    mean = sum(float(block.sum(dtype=np.float64)) for block in blocks) / flat.size
    squares = sum(float(np.square(np.subtract(block, mean, dtype=np.float64)).sum()) for block in blocks)
    return np.asarray(mean), np.sqrt(squares / flat.size)
