"""The metrics of the epochs as curves, kept up as epochs come instead of gathered anew each time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nntui.runs.events import EpochEnded
from nntui.tui.thinned import Curve, thinned


class EpochCurves:
    """One curve for each metric there ever was; x is the step an epoch ended with, NaN where a metric was missing."""

    def __init__(self) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self._steps = np.empty(64)
        self._taken: Sequence[EpochEnded] = ()
        self._size = 0

    def update(self, epochs: Sequence[EpochEnded]) -> None:
        """Take in the epochs so far, oldest first; the sequence may have grown, or be another one."""
        if epochs is not self._taken:
            self._columns, self._steps, self._size = {}, np.empty(64), 0
            self._taken = epochs
        for epoch in epochs[self._size :]:
            self._append(epoch)

    def curves(self) -> dict[str, Curve]:
        """The curves by metric, thinned; a later update leaves them alone."""
        steps = self._steps[: self._size]
        return {name: thinned(steps, column[: self._size]) for name, column in self._columns.items()}

    def _append(self, epoch: EpochEnded) -> None:
        place = self._size
        if place == len(self._steps):
            self._steps = _longer(self._steps)
            self._columns = {name: _longer(column) for name, column in self._columns.items()}
        for name in epoch.metrics.keys() - self._columns.keys():
            self._columns[name] = np.full(len(self._steps), math.nan)
        self._steps[place] = epoch.step
        for name, column in self._columns.items():
            column[place] = epoch.metrics.get(name, math.nan)
        self._size = place + 1


def _longer(array: np.ndarray) -> np.ndarray:
    return np.concatenate([array, np.full(len(array), math.nan)])
