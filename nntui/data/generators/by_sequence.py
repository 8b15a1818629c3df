"""The base of the generators of sequences, for recurrent layers."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.data.generators.base import Generator
from nntui.settings import setting


@dataclass(frozen=True)
class BySequence(Generator):
    """Sequences of equal length, with the same `features` at each step."""

    samples: int = setting(2000, help="How many sequences to make.", minimum=1, maximum=1_000_000)
    length: int = setting(32, help="How many steps a sequence has.", minimum=2, maximum=10_000, unit="steps")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(length, features)."""
        return (self.length, len(self.features))
