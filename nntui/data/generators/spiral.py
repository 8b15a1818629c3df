"""Spiral arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_class import ByClass
from nntui.settings import setting


@dataclass(frozen=True)
class Spiral(ByClass):
    """Interleaved spiral arms, one per class: the hardest problem in the plane, worth two hidden layers."""

    type: ClassVar[str] = "spiral"

    noise: float = setting(0.02, help="Standard deviation of the shift of each coordinate.", minimum=0, maximum=10)
    classes: int = setting(2, help="How many arms.", minimum=2, maximum=20)
    turns: float = setting(1.25, help="How often an arm winds around the centre.", above=0, maximum=10, unit="turns")

    @property
    def class_names(self) -> tuple[str, ...]:
        """arm_1, arm_2 ..."""
        return tuple(f"arm_{number}" for number in range(1, self.classes + 1))

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """Uniform in radius from 0.05 to 1 along the arm, the angle growing with the radius."""
        radius = rng.uniform(0.05, 1.0, count)
        angle = 2.0 * np.pi * (self.turns * radius + label / self.classes)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
