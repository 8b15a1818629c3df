"""Gradient accumulation: several batches, one after another, make one step."""

from __future__ import annotations

import math

import numpy as np

from nntui.nn.arena import Arena
from nntui.training.parallel.batch_gradient import BatchGradient
from nntui.training.parallel.worker_pool import WorkerPool


class AccumulatedGradient:
    """The mean gradient of several batches, weighted by their rows: the gradient of one batch of all the rows.

    Layers that depend on the whole batch, such as batch normalization, see each batch separately; their running
    statistics are updated with the mean. No state remains between two steps, so that a run can be saved after each.
    """

    def __init__(self, gradient: BatchGradient, arena: Arena, *, batch_size: int) -> None:
        self._gradient, self._batch_size = gradient, batch_size
        self._gradients, self._sum = arena.gradients, arena.vector()
        self._hits: int | None = None

    def compute(self, indices: np.ndarray, pool: WorkerPool) -> float:
        """Fills the arena's gradients, like `BatchGradient.compute` for all these rows, with the parts added up."""
        total, size = len(indices), self._batch_size
        loss, self._hits = 0.0, None
        for start in range(0, total, size):
            rows = indices[start : start + size]
            value = self._gradient.compute(rows, pool)
            if not math.isfinite(value):
                return value
            correct = self._gradient.count()
            self._hits = correct if self._hits is None or correct is None else self._hits + correct
            self._gradient.add()
            weight = len(rows) / total
            loss += value * weight
            self._add(weight, is_first=start == 0)
        np.copyto(self._gradients, self._sum)
        return loss

    def count(self) -> int | None:
        """How many of the rows computed last were classified correctly; None for regression."""
        return self._hits

    def _add(self, weight: float, *, is_first: bool) -> None:
        if is_first:
            np.multiply(self._gradients, weight, out=self._sum)
            return
        np.multiply(self._gradients, weight, out=self._gradients)
        np.add(self._sum, self._gradients, out=self._sum)
