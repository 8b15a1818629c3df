"""Waves of four shapes, seen through a short window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_sequence import BySequence
from nntui.settings import setting

_ROOT_MEAN_SQUARE = 0.7
"""Of every wave before noise is added, so that loudness gives nothing away."""


@dataclass(frozen=True)
class Waves(BySequence):
    """Sine, square and sawtooth waves and plain noise, read value by value: a first sequence to classify."""

    type: ClassVar[str] = "waves"
    features: ClassVar[tuple[str, ...]] = ("value",)

    noise: float = setting(0.2, help="Standard deviation of the error of each value.", minimum=0, maximum=10)
    shortest: float = setting(8.0, help="Shortest period of a wave.", minimum=2, maximum=10_000, unit="steps")
    longest: float = setting(20.0, help="Longest period of a wave.", minimum=2, maximum=10_000, unit="steps")

    @property
    def class_names(self) -> tuple[str, ...]:
        """sine, square, sawtooth, noise."""
        return ("sine", "square", "sawtooth", "noise")

    def generate(self, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, length, 1) float32 and labels (samples,) int64; each wave has a phase and period of its own.

        Where `shortest` is above `longest`, the two are swapped.
        """
        counts = self.class_counts
        waves = [self._waves(name, count, rng) for name, count in zip(self.class_names, counts, strict=True)]
        x = np.concatenate(waves)[:, :, None]
        x += rng.normal(0.0, 1.0, x.shape) * self.noise
        return x.astype(np.float32), np.repeat(np.arange(len(counts)), counts)

    def _waves(self, name: str, count: int, rng: np.random.Generator) -> np.ndarray:
        low, high = sorted((self.shortest, self.longest))
        period, phase = rng.uniform(low, high, (count, 1)), rng.uniform(0.0, 1.0, (count, 1))
        turns = np.arange(self.length) / period + phase
        if name == "sine":
            return _ROOT_MEAN_SQUARE * np.sqrt(2.0) * np.sin(2.0 * np.pi * turns)
        if name == "square":
            return np.where(turns % 1.0 < 0.5, _ROOT_MEAN_SQUARE, -_ROOT_MEAN_SQUARE)
        if name == "sawtooth":
            return _ROOT_MEAN_SQUARE * np.sqrt(3.0) * (2.0 * (turns % 1.0) - 1.0)
        return rng.normal(0.0, _ROOT_MEAN_SQUARE, (count, self.length))
