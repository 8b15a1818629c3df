"""The metrics of the epochs as curves, extended as epochs end instead of being rebuilt each time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nntui.runs.events import EpochEnded
from nntui.runs.follow.downsample import Curve, downsample


class EpochCurves:
    """One curve for each metric seen so far; x is the last step of an epoch, y is NaN where a metric is missing."""

    def __init__(self) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self._steps = np.empty(64)
        self._epochs: Sequence[EpochEnded] = ()
        self._size = 0
        self._shared = 0
        """How much of the columns is shared with curves returned earlier."""

    def update(self, epochs: Sequence[EpochEnded]) -> None:
        """Update to the epochs so far, oldest first; the sequence may have grown since, or be a new one.

        A sequence that has grown may have lost epochs, and may have others in place of its last two.
        """
        if epochs is not self._epochs:
            self._columns, self._steps, self._size, self._shared = {}, np.empty(64), 0, 0
            self._epochs = epochs
        self._size = min(self._size, len(epochs))
        while self._size and self._steps[self._size - 1] != epochs[self._size - 1].step:
            self._size -= 1
        for epoch in epochs[self._size :]:
            self._append(epoch)

    def curves(self) -> dict[str, Curve]:
        """The downsampled curves by metric, which later updates do not change."""
        self._shared = self._size
        steps = self._steps[: self._size]
        return {name: downsample(steps, column[: self._size]) for name, column in self._columns.items()}

    def _append(self, epoch: EpochEnded) -> None:
        index = self._size
        if index == len(self._steps):
            self._steps = _longer(self._steps)
            self._columns = {name: _longer(column) for name, column in self._columns.items()}
        for name in epoch.metrics.keys() - self._columns.keys():
            self._columns[name] = np.full(len(self._steps), math.nan)
        if index < self._shared:
            # Copied, so that curves returned earlier keep their contents.
            self._steps = self._steps.copy()
            self._columns = {name: column.copy() for name, column in self._columns.items()}
            self._shared = 0
        self._steps[index] = epoch.step
        for name, column in self._columns.items():
            column[index] = epoch.metrics.get(name, math.nan)
        self._size = index + 1


def _longer(array: np.ndarray) -> np.ndarray:
    return np.concatenate([array, np.full(len(array), math.nan)])
