"""A tilted plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_height import ByHeight


@dataclass(frozen=True)
class Plane(ByHeight):
    """A tilted plane: a regression that a single linear neuron solves."""

    type: ClassVar[str] = "plane"

    def height(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(x + y) / 2."""
        return (x + y) / 2.0
