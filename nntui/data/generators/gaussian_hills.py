"""Hills and hollows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_height import ByHeight

_WIDTH = 0.25
_HILLS = ((-0.7, 0.5, 1.0), (0.0, 0.5, -1.0), (0.7, 0.5, 1.0), (-0.7, -0.5, -1.0), (0.0, -0.5, 1.0), (0.7, -0.5, -1.0))
"""Centre (x, y) and height of each."""


@dataclass(frozen=True)
class GaussianHills(ByHeight):
    """Three hills and three hollows: a regression that needs a hidden layer or two."""

    type: ClassVar[str] = "gaussian_hills"

    def height(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The sum of six Gaussians of alternating sign, clipped to -1..1."""
        bells = [peak * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2.0 * _WIDTH**2)) for cx, cy, peak in _HILLS]
        return np.clip(np.sum(bells, axis=0), -1.0, 1.0)
