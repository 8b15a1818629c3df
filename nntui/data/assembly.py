"""From raw arrays to a dataset: split, preprocessing and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from nntui.data.dataset import Dataset, Split
from nntui.data.errors import shown, source_error
from nntui.data.generators.base import Generator
from nntui.data.preprocessing import Preprocessing
from nntui.data.readers.outline import Outline, RawData
from nntui.data.settings import DataSettings
from nntui.data.splitting import split_rows

_GENERATE, _SPLIT = 0, 1
"""Second words of the seeds: the two purposes draw from independent streams."""


def generate(generator: Generator, seed: int) -> RawData:
    """The samples of a generator for a seed."""
    return RawData(*generator.generate(rng=_rng(seed, _GENERATE)))


def assemble(
    name: str,
    outline: Outline,
    raw: RawData,
    settings: DataSettings,
    seed: int,
    preprocessing: Preprocessing | None = None,
) -> Dataset:
    """Split the raw arrays, fit the preprocessing on train unless one is given, and apply it to all but bytes.

    DataError where the preprocessing is for inputs or targets of another shape.
    """
    if preprocessing is not None:
        _refuse_other_shapes(name, outline, preprocessing)
    train, val = (raw.x, raw.y), raw.own_val
    digest = hashlib.sha256()
    _hash_arrays(digest.update, raw.x, raw.y)
    if val is not None:
        _hash_arrays(digest.update, *val)
    else:
        labels = raw.y if outline.task == "classification" else None
        train_rows, val_rows = split_rows(labels, len(raw.x), settings.validation, rng=_rng(seed, _SPLIT))
        _hash_arrays(digest.update, val_rows.astype(np.int64))
        if len(val_rows):
            train = (raw.x[train_rows], raw.y[train_rows])
        val = (raw.x[val_rows], raw.y[val_rows])
    if preprocessing is None:
        preprocessing = Preprocessing.fit(
            *train, standardize=settings.standardize, standardize_targets=settings.standardize_targets
        )
    return Dataset(
        name=name,
        task=outline.task,
        input_shape=outline.input_shape,
        train=_prepared(*train, preprocessing, outline.task),
        val=_prepared(*val, preprocessing, outline.task),
        classes=outline.classes,
        targets=outline.targets,
        features=outline.features,
        target=outline.target,
        preprocessing=preprocessing,
        fingerprint=digest.hexdigest(),
    )


def _refuse_other_shapes(name: str, outline: Outline, preprocessing: Preprocessing) -> None:
    expected, got = preprocessing.offset.shape, outline.input_shape
    if expected and expected != got:
        raise source_error(f"{shown(name)} has inputs of shape {got}, expected {expected}")
    targets = preprocessing.target_offset.shape
    if targets and outline.task == "regression" and targets != (len(outline.targets),):
        raise source_error(f"{shown(name)} has {len(outline.targets)} targets, expected {targets[0]}")


def _prepared(x: np.ndarray, y: np.ndarray, preprocessing: Preprocessing, task: str) -> Split:
    return Split(
        x=x if x.dtype == np.uint8 else preprocessing.apply(x),
        y=y.astype(np.int64) if task == "classification" else preprocessing.apply_targets(y),
    )


def _hash_arrays(update: Callable[[bytes | memoryview], object], *arrays: np.ndarray) -> None:
    for array in arrays:
        update(f"{array.dtype.str}{array.shape}".encode())
        update(np.ascontiguousarray(array).data)


def _rng(seed: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([seed, purpose]))
