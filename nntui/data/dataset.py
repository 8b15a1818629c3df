"""A dataset: the arrays a network is trained and validated on, with the names of classes, targets and features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.data.preprocessing import Preprocessing


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """Samples and their targets, row by row; may have no rows.

    `x` is (n, *input_shape), float32 (preprocessed) or uint8 (raw: scaled as batches are gathered). `y` is int64
    labels (n,), or targets (n, k) as float32 where that holds all of them exactly, else float64.
    """

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """Everything training needs to know about the data."""

    name: str
    task: str
    """classification or regression."""
    input_shape: tuple[int, ...]
    """Of one sample: (features,), (time, features) for sequences, or (height, width, channels) for images."""
    train: Split
    val: Split
    """May have no rows."""
    classes: tuple[str, ...]
    """Name of each label; () for regression."""
    targets: tuple[str, ...]
    """Name of each target; () for classification."""
    features: tuple[str, ...]
    """Name of each input of a table, or of each feature of a sequence; () for images."""
    preprocessing: Preprocessing
    fingerprint: str
    """SHA-256 in hex of the raw inputs, the targets and the split."""
    target: str = ""
    """The target column of a table; '' for other data."""

    @property
    def outputs(self) -> int:
        """How many units the last layer needs: one per class, or one per target."""
        return len(self.classes) or len(self.targets)
