"""The metrics of the epochs as curves, kept up as epochs come instead of gathered anew each time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nntui.runs.events import EpochEnded
from nntui.runs.follow.downsample import Curve, downsample


class EpochCurves:
    """One curve for each metric there ever was; x is the step an epoch ended with, NaN where a metric was missing."""

    def __init__(self) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self._steps = np.empty(64)
        self._taken: Sequence[EpochEnded] = ()
        self._size = 0
        self._shown = 0
        """Up to where curves that were handed out share the columns."""

    def update(self, epochs: Sequence[EpochEnded]) -> None:
        """Take in the epochs so far, oldest first; the sequence may have grown, or be another one.

        One that has grown may have lost epochs, and have others in place of its last two.
        """
        if epochs is not self._taken:
            self._columns, self._steps, self._size, self._shown = {}, np.empty(64), 0, 0
            self._taken = epochs
        self._size = min(self._size, len(epochs))
        while self._size and self._steps[self._size - 1] != epochs[self._size - 1].step:
            self._size -= 1
        for epoch in epochs[self._size :]:
            self._append(epoch)

    def curves(self) -> dict[str, Curve]:
        """The curves by metric, thinned; a later update leaves them alone."""
        self._shown = self._size
        steps = self._steps[: self._size]
        return {name: downsample(steps, column[: self._size]) for name, column in self._columns.items()}

    def _append(self, epoch: EpochEnded) -> None:
        place = self._size
        if place == len(self._steps):
            self._steps = _longer(self._steps)
            self._columns = {name: _longer(column) for name, column in self._columns.items()}
        for name in epoch.metrics.keys() - self._columns.keys():
            self._columns[name] = np.full(len(self._steps), math.nan)
        if place < self._shown:
            # Curves that were handed out keep what they show.
            self._steps = self._steps.copy()
            self._columns = {name: column.copy() for name, column in self._columns.items()}
            self._shown = 0
        self._steps[place] = epoch.step
        for name, column in self._columns.items():
            column[place] = epoch.metrics.get(name, math.nan)
        self._size = place + 1


def _longer(array: np.ndarray) -> np.ndarray:
    return np.concatenate([array, np.full(len(array), math.nan)])
