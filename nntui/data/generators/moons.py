"""Two half circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_class import ByClass


@dataclass(frozen=True)
class Moons(ByClass):
    """Two interleaved half circles: a curved boundary, easy for one hidden layer."""

    type: ClassVar[str] = "moons"

    @property
    def class_names(self) -> tuple[str, ...]:
        """upper, lower."""
        return ("upper", "lower")

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """Uniform along a half circle of radius 0.65, the lower one flipped and shifted into the upper one."""
        angle = rng.uniform(0.0, np.pi, count)
        side = 1.0 if label == 0 else -1.0
        arc = side * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return 0.65 * (arc + side * np.array([-0.5, -0.25]))
