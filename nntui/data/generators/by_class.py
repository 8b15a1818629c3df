"""The base of the generators of classes: each class draws its own points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.data.generators.base import Generator
from nntui.settings import setting


@dataclass(frozen=True)
class ByClass(Generator):
    """Points of two or more classes, each shifted by noise."""

    noise: float = setting(0.05, help="Standard deviation of the shift of each coordinate.", minimum=0, maximum=10)

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """`count` points (count, 2) of one class, without noise."""
        raise NotImplementedError

    def generate(self, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, 2) float32 and labels (samples,) int64."""
        counts = self.class_counts
        x = np.concatenate([self.points(label, count, rng) for label, count in enumerate(counts)])
        x = x + rng.normal(0.0, 1.0, x.shape) * self.noise
        return x.astype(np.float32), np.repeat(np.arange(len(counts)), counts)
