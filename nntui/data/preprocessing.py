"""Preprocessing: the shift and scale between raw values and a network's inputs and targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

_BLOCK = 2**20
_TABLE_BLOCK = 2**18
_FLOAT64 = np.finfo(np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Preprocessing:
    """x = (raw - offset) * scale, and the same for the targets of a regression; all float64.

    Computed in float64, because 32 bits keep only seven digits: a timestamp in milliseconds would lose its differences
    before the offset is subtracted. `offset` and `scale` have shape () or input_shape (for sequences the same at every
    step), `target_offset` and `target_scale` () or (k,).
    """

    offset: np.ndarray
    scale: np.ndarray
    target_offset: np.ndarray
    target_scale: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray, y: np.ndarray, *, standardize: bool, standardize_targets: bool) -> Self:
        """Fit on the raw training split: x (n, *input_shape) with n at least 1, y (n,) labels or (n, k) targets.

        Without `standardize` bytes are scaled to 0..1 and other values are left as they are. With it, tables are
        standardized column by column, sequences feature by feature over all their steps, images with one mean and
        deviation; a column that is constant, or constant but for rounding, is only shifted.
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
        """The network's inputs, float32, from raw inputs (..., *input_shape)."""
        return _forward(x, self.offset, self.scale)

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Raw values, float64, from the network's inputs: the inverse of `apply`."""
        return np.asarray(x, np.float64) / self.scale + self.offset

    def apply_targets(self, y: np.ndarray) -> np.ndarray:
        """The network's targets from raw ones (..., k): float32 where that holds them exactly, else float64."""
        scaled = np.asarray(y, np.float64)
        if not _is_plain(self.target_offset, self.target_scale):
            scaled = (scaled - self.target_offset) * self.target_scale
        narrow = scaled.astype(np.float32)
        return narrow if np.array_equal(narrow, scaled) else scaled

    def restore_targets(self, y: np.ndarray) -> np.ndarray:
        """The network's outputs (..., k) in the targets' own units, float64."""
        return np.asarray(y, np.float64) / self.target_scale + self.target_offset

    def to_tensors(self) -> dict[str, np.ndarray]:
        """The four arrays by name, for a checkpoint."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> Self:
        """The inverse of `to_tensors`; also reads the float32 arrays of older versions.

        Other names are ignored, a missing one is a KeyError.
        """
        return cls(**{field.name: np.asarray(tensors[field.name], np.float64) for field in fields(cls)})


def _plain(scale: float) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(()), np.asarray(scale)


def _is_plain(offset: np.ndarray, scale: np.ndarray) -> bool:
    return not offset.any() and bool((scale == 1.0).all())


def _forward(raw: np.ndarray, offset: np.ndarray, scale: np.ndarray) -> np.ndarray:
    raw = np.asarray(raw)
    if raw.dtype == np.uint8:
        # The same two float32 operations as Batches.gather, so that both give the same bits.
        shifted = raw.astype(np.float32)
        shifted -= offset.astype(np.float32)
        shifted *= scale.astype(np.float32)
        return shifted
    if _is_plain(offset, scale):
        return np.asarray(raw, np.float32)
    if raw.ndim <= offset.ndim:
        return ((raw - offset) * scale).astype(np.float32)
    prepared = np.empty(raw.shape, np.float32)
    for rows in _blocks(raw):
        shifted = np.subtract(raw[rows], offset, dtype=np.float64)
        prepared[rows] = np.multiply(shifted, scale, out=shifted)
    return prepared


def _blocks(raw: np.ndarray) -> Iterator[slice]:
    """Rows in blocks: a float64 copy of the whole would take as much memory as the data, or twice as much."""
    step = max(_TABLE_BLOCK * len(raw) // max(raw.size, 1), 1)
    return (slice(start, start + step) for start in range(0, len(raw), step))


def _standard(raw: np.ndarray, *, per_column: bool) -> tuple[np.ndarray, np.ndarray]:
    mean, variance, count = (*_moments_of_columns(raw), len(raw)) if per_column else (*_moments(raw), raw.size)
    deviation = np.sqrt(variance)
    # A deviation whose reciprocal overflows float64 counts as constant.
    constant = is_constant(mean, variance, count) | (deviation < 1.0 / float(_FLOAT64.max))
    return np.asarray(mean), 1.0 / np.where(constant, 1.0, deviation)


def is_constant(mean: np.ndarray, variance: np.ndarray, count: int) -> np.ndarray:
    """Whether `count` values differ by no more than float64 rounding: 0.3 and 3 * 0.1 are the same value.

    The bound of scikit-learn's StandardScaler (sklearn.preprocessing._data._is_constant_feature), after Chan, Golub
    and LeVeque 1983, "Algorithms for Computing the Sample Variance", https://doi.org/10.1080/00031305.1983.10483115
    """
    epsilon = float(_FLOAT64.eps)
    return variance <= count * epsilon * variance + np.square(count * epsilon * mean)


def _moments_of_columns(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each column of (n, k), float64, in two passes by blocks."""
    # Sums of values far from 0 would leave few digits for the differences.
    origin = raw[0].astype(np.float64)
    total, squares = np.zeros_like(origin), np.zeros_like(origin)
    for rows in _blocks(raw):
        total += np.subtract(raw[rows], origin, dtype=np.float64).sum(axis=0)
    mean = origin + total / len(raw)
    for rows in _blocks(raw):
        deviations = np.subtract(raw[rows], mean, dtype=np.float64)
        squares += np.square(deviations, out=deviations).sum(axis=0)
    return mean, squares / len(raw)


def _moments(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over all values, by blocks: a float64 copy of all images may not fit in memory."""
    flat = raw.reshape(-1)
    blocks = [flat[start : start + _BLOCK] for start in range(0, flat.size, _BLOCK)]
    if raw.dtype == np.uint8:
        weights = np.sum([np.bincount(block, minlength=256) for block in blocks], axis=0) / flat.size
        mean = float(weights @ np.arange(256.0))
        return np.asarray(mean), np.asarray(weights @ np.square(np.arange(256.0) - mean))
    mean = sum(float(block.sum(dtype=np.float64)) for block in blocks) / flat.size
    squares = sum(float(np.square(np.subtract(block, mean, dtype=np.float64)).sum()) for block in blocks)
    return np.asarray(mean), np.asarray(squares / flat.size)
