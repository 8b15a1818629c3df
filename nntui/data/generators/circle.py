"""A disc within a ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_class import ByClass


@dataclass(frozen=True)
class Circle(ByClass):
    """A disc within a ring: no straight line separates them, one hidden layer does."""

    type: ClassVar[str] = "circle"

    @property
    def class_names(self) -> tuple[str, ...]:
        """inner, outer."""
        return ("inner", "outer")

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """Uniform over the area of the disc (radius up to 0.5) or of the ring (0.7 to 1)."""
        low, high = ((0.0, 0.5), (0.7, 1.0))[label]
        # Area grows with the square of the radius: uniform over the area is uniform in radius squared.
        radius = np.sqrt(rng.uniform(low**2, high**2, count))
        angle = rng.uniform(0.0, 2.0 * np.pi, count)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
