"""The family of generators."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from nntui.data.generators import discover
from nntui.settings import Configurable, setting

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Generator(Configurable):
    """Data made on demand: sequences, or points of the plane in a square from about -1 to 1 on both axes."""

    task: ClassVar[str] = "classification"
    features: ClassVar[tuple[str, ...]] = ("x", "y")
    targets: ClassVar[tuple[str, ...]] = ()
    """Names of the targets of a regression; () for classification."""

    samples: int = setting(1000, help="How many points to make.", minimum=1, maximum=1_000_000)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return (len(self.features),)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each label; () for regression."""
        return ()

    @property
    def class_counts(self) -> tuple[int, ...]:
        """The number of samples of each class, which differ by at most one; () for regression."""
        count = len(self.class_names)
        return tuple(self.samples // count + (label < self.samples % count) for label in range(count))

    def generate(self, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Make x (samples, *input_shape) float32 and y, int64 labels (samples,) or float32 targets (samples, k).

        The samples are ordered by class.
        """
        raise NotImplementedError

    @classmethod
    def members(cls) -> Mapping[str, builtins.type[Self]]:
        """The generators by name; the first call imports them."""
        discover()
        return super().members()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the generators."""
        return tuple(cls.members())
