"""Round clouds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_class import ByClass
from nntui.settings import setting


@dataclass(frozen=True)
class Gaussians(ByClass):
    """One round cloud per class, the centres on a circle: a single neuron can separate two of them."""

    type: ClassVar[str] = "gaussians"

    noise: float = setting(0.25, help="Standard deviation of each cloud.", minimum=0, maximum=10)
    classes: int = setting(2, help="How many clouds.", minimum=2, maximum=20)

    @property
    def class_names(self) -> tuple[str, ...]:
        """cloud_1, cloud_2 ..."""
        return tuple(f"cloud_{number}" for number in range(1, self.classes + 1))

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """All at the centre of the cloud, which lies at distance 0.7 from the origin."""
        angle = np.pi / 4 + 2.0 * np.pi * label / self.classes
        return np.tile(0.7 * np.array([np.cos(angle), np.sin(angle)]), (count, 1))
