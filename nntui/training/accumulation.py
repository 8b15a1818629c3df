"""Accumulation: several batches, one after another, for one step."""

from __future__ import annotations

import math

import numpy as np

from nntui.nn.arena import Arena
from nntui.training.parallel.batch_gradient import BatchGradient
from nntui.training.parallel.worker_pool import WorkerPool


class AccumulatedGradient:
    """The mean of the gradients of several batches, each counting by its rows: that of one batch of all the rows.

    What layers see of a batch, as batch normalization does, they see of each by itself; what follows it follows the
    mean. Nothing of it is left between two steps, so that a run may be saved after each as it is.
    """

    def __init__(self, gradient: BatchGradient, arena: Arena, *, batch_size: int) -> None:
        self._gradient, self._batch_size = gradient, batch_size
        self._gradients, self._sum = arena.gradients, arena.vector()
        self._hits: int | None = None

    def compute(self, indices: np.ndarray, pool: WorkerPool) -> float:
        """Fills the arena's gradients; as `BatchGradient.compute` for all these rows, the workers' parts added up."""
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
            share = len(rows) / total
            loss += value * share
            self._add(share, is_first=start == 0)
        np.copyto(self._gradients, self._sum)
        return loss

    def count(self) -> int | None:
        """How many of the rows computed last, which the meter has taken in, were answered rightly; None: no classes."""
        return self._hits

    def _add(self, share: float, *, is_first: bool) -> None:
        if is_first:
            np.multiply(self._gradients, share, out=self._sum)
            return
        np.multiply(self._gradients, share, out=self._gradients)
        np.add(self._sum, self._gradients, out=self._sum)
