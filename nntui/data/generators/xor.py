"""Four quadrants, opposite ones in the same class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_class import ByClass

_GAP = 0.06


@dataclass(frozen=True)
class Xor(ByClass):
    """Four quadrants, opposite ones in the same class: the problem a single neuron cannot solve."""

    type: ClassVar[str] = "xor"

    @property
    def class_names(self) -> tuple[str, ...]:
        """same (x and y have the same sign), different."""
        return ("same", "different")

    def points(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        """Uniform over two opposite quadrants of the square, a narrow gap along the axes left free."""
        size = rng.uniform(_GAP, 1.0, (count, 2))
        sign = rng.choice([-1.0, 1.0], count)
        return size * np.stack([sign, sign if label == 0 else -sign], axis=1)
