"""The adding problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.data.generators.by_sequence import BySequence
from nntui.settings import setting


@dataclass(frozen=True)
class Adding(BySequence):
    """The sum of the two marked numbers in a long sequence: shows whether a network remembers over many steps.

    Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
    """

    type: ClassVar[str] = "adding"
    task: ClassVar[str] = "regression"
    features: ClassVar[tuple[str, ...]] = ("number", "marker")
    targets: ClassVar[tuple[str, ...]] = ("sum",)

    noise: float = setting(0.0, help="Standard deviation of the error of each sum.", minimum=0, maximum=10)

    def generate(self, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, length, 2) float32 and sums (samples, 1) float32.

        Numbers are uniform from -1 to 1; the marker is 1 at one step of each half, and otherwise 0.
        """
        rows, half = np.arange(self.samples), self.length // 2
        numbers = rng.uniform(-1.0, 1.0, (self.samples, self.length))
        first, second = rng.integers(0, half, self.samples), rng.integers(half, self.length, self.samples)
        marker = np.zeros_like(numbers)
        marker[rows, first] = marker[rows, second] = 1.0
        total = numbers[rows, first] + numbers[rows, second] + rng.normal(0.0, 1.0, self.samples) * self.noise
        return np.stack([numbers, marker], axis=2).astype(np.float32), total[:, None].astype(np.float32)
