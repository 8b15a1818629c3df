"""Generators of sequences, for layers that remember."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.data.generators.base import Generator
from nntui.settings import setting


@dataclass(frozen=True)
class BySequence(Generator):
    """Sequences of one length, each step with the same features, whose names are `features`."""

    samples: int = setting(2000, help="How many sequences to make.", minimum=1, maximum=1_000_000)
    length: int = setting(32, help="How many steps a sequence has.", minimum=2, maximum=10_000, unit="steps")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(length, features)."""
        return (self.length, len(self.features))
