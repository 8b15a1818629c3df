"""A moving average of the weights: less noisy than the weights themselves, and often the better model."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import numpy as np

from nntui.nn.arena import Arena, aligned_zeros

_BLOCK = 32768


class MovingAverage:
    """The exponential moving average of an arena's values, running statistics included.

    a = k·a + (1 - k)·w after every step, with k = min(decay, (1 + t) / (10 + t)) in step t, so that the initial weights
    soon lose their influence even in a short training, as in TensorFlow's ExponentialMovingAverage with num_updates.
    Keras's use_ema and PyTorch's AveragedModel with get_ema_multi_avg_fn keep k = decay; AveragedModel without it is
    the plain mean. Polyak and Juditsky 1992, https://doi.org/10.1137/0330046
    """

    def __init__(self, arena: Arena, *, decay: float) -> None:
        self.decay = decay
        self.values = arena.vector()
        """Laid out like the arena's values, and initially equal to them."""
        np.copyto(self.values, arena.values)
        scratch = aligned_zeros(min(_BLOCK, len(self.values)), self.values.dtype)
        cuts = [slice(start, start + _BLOCK) for start in range(0, len(self.values), _BLOCK)]
        self._blocks = [(self.values[cut], arena.values[cut], scratch[: len(self.values[cut])]) for cut in cuts]

    def update(self, step: int) -> None:
        """Averages in the weights after step number `step`, counted from 1."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for average, weights, scratch in self._blocks:
            np.subtract(weights, average, out=scratch)
            np.multiply(scratch, share, out=scratch)
            np.add(average, scratch, out=average)

    @contextmanager
    def in_place(self) -> Generator[None, None, None]:
        """Within the context the arena holds the averages, and `values` the weights as trained."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for average, weights, scratch in self._blocks:
            np.copyto(scratch, weights)
            np.copyto(weights, average)
            np.copyto(average, scratch)
