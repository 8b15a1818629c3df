"""The interface of the convolution algorithms: the sums of a forward pass and both gradients, tile by tile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from nntui.nn.convolution.windows import Sliding


class Convolver(ABC):
    """A convolution algorithm on tiles of up to `samples` images (n, height, width, channels).

    A forward pass is `load`, then `forward` for each tile; a backward pass is `begin`, `backward` for each tile, then
    `finish`. `backwards` says whether the images' own gradient is needed.
    """

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        self.sliding, self.filters = sliding, filters
        self.samples, self.backwards = samples, backwards

    @abstractmethod
    def scratch(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the memory it needs, by name."""

    @abstractmethod
    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        """Takes that memory, initially zero."""

    @abstractmethod
    def load(self, weight: np.ndarray) -> None:
        """Takes the weights (kernel height, kernel width, channels, filters) of this pass."""

    @abstractmethod
    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        """Fills the sums (n, output height, output width, filters) of these images, without a bias."""

    @abstractmethod
    def begin(self, weight: np.ndarray) -> None:
        """Begins a backward pass through these weights."""

    @abstractmethod
    def backward(self, images: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray | None) -> None:
        """Adds a tile's part to the weights' gradient, given that of its sums; fills the images' gradient."""

    @abstractmethod
    def finish(self, weight_gradient: np.ndarray) -> None:
        """Fills the gradient of the weights, summed over all tiles since `begin`."""
