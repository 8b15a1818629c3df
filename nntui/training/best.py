"""The best epoch so far, and early stopping."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nntui.modelfile.settings import HIGHER_IS_BETTER, TrainingSettings
from nntui.runs.best import improves


class Best:
    """Tracks the monitored metric from epoch to epoch; keeps the best weights if they are to be restored."""

    def __init__(self, settings: TrainingSettings) -> None:
        self.monitor = settings.monitor or "loss"
        self._stopping = settings.early_stopping
        self.epoch = 0
        """The best epoch; 0 before the first."""
        self.value = math.nan
        self.waited = 0
        """Epochs since then in which the monitored metric had a value."""
        self.weights: np.ndarray | None = None

    @property
    def should_stop(self) -> bool:
        """Whether early stopping ends the run."""
        return self._stopping is not None and self.waited >= self._stopping.patience

    def is_undefined(self, metrics: dict[str, float]) -> bool:
        """Whether the monitored metric has no value for an epoch, which is then neither better nor worse.

        A loss always has one: if it is not finite, the epoch is worse.
        """
        return not self.monitor.endswith("loss") and math.isnan(metrics.get(self.monitor, math.nan))

    def update(self, metrics: dict[str, float], epoch: int, weights: np.ndarray) -> bool:
        """Updates with the epoch's metrics and the flat vector of weights; returns whether it is the best so far."""
        value = metrics.get(self.monitor, math.nan)
        least = self._stopping.min_delta if self._stopping else 0.0
        if not improves(value, self.value, higher_is_better=self.monitor in HIGHER_IS_BETTER, min_delta=least):
            self.waited += not self.is_undefined(metrics)
            return False
        self.epoch, self.value, self.waited = epoch, value, 0
        if self._stopping is not None and self._stopping.restore_best:
            self.weights = weights.copy()
        return True

    def restore_best(self, weights: np.ndarray, epoch: int) -> bool:
        """Overwrites the weights of this epoch with the best ones if configured; returns whether it did."""
        if self.weights is None or epoch == self.epoch:
            return False
        np.copyto(weights, self.weights)
        return True

    def state(self) -> dict[str, Any]:
        """The state for `restore`, without the weights."""
        return {"epoch": self.epoch, "value": self.value if self.epoch else None, "waited": self.waited}

    def restore(self, state: dict[str, Any]) -> None:
        """Restores what `state` returned."""
        self.epoch, self.waited = int(state["epoch"]), int(state["waited"])
        self.value = math.nan if state["value"] is None else float(state["value"])
