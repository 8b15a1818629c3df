"""The base of the generators of heights over the plane, for regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.base import Generator
from nntui.settings import setting


@dataclass(frozen=True)
class ByHeight(Generator):
    """Points uniform over the square from -1 to 1, each with a height to learn."""

    task: ClassVar[str] = "regression"
    targets: ClassVar[tuple[str, ...]] = ("height",)

    noise: float = setting(0.05, help="Standard deviation of the error of each height.", minimum=0, maximum=10)

    def height(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The true height (n,) at points x, y (n,), from -1 to 1."""
        raise NotImplementedError

    def generate(self, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, 2) float32 and heights (samples, 1) float32."""
        points = rng.uniform(-1.0, 1.0, (self.samples, 2))
        height = self.height(points[:, 0], points[:, 1]) + rng.normal(0.0, 1.0, self.samples) * self.noise
        return points.astype(np.float32), height[:, None].astype(np.float32)
