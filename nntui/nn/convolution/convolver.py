"""What a way to convolve offers a layer: the sums forward, and both gradients back, tile by tile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from nntui.nn.convolution.windows import Sliding


class Convolver(ABC):
    """Works on tiles of up to `samples` images (n, height, width, channels).

    A pass forward is `load`, then `forward` for each tile; a pass back is `begin`, `backward` for each tile, `finish`.
    `backwards` says whether the images' own gradient will be asked for.
    """

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        self.sliding, self.filters = sliding, filters
        self.samples, self.backwards = samples, backwards

    @abstractmethod
    def scratch(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the memory it needs, by name."""

    @abstractmethod
    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        """Takes that memory, zeros."""

    @abstractmethod
    def load(self, weight: np.ndarray) -> None:
        """Takes the weights (kernel height, kernel width, channels, filters), as they are for this pass."""

    @abstractmethod
    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        """Fills the sums (n, output height, output width, filters) of these images, without a bias."""

    @abstractmethod
    def begin(self, weight: np.ndarray) -> None:
        """Begins a pass back through these weights."""

    @abstractmethod
    def backward(self, images: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray | None) -> None:
        """Adds to the weights' gradient what a tile brings, given that of its sums; fills the images' gradient."""

    @abstractmethod
    def finish(self, weight_gradient: np.ndarray) -> None:
        """Fills the gradient of the weights, of all tiles since `begin`."""
