"""Problems: what is wrong with a model, where, and in the same words for the form and the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a model from training."""

    path: str
    """Where: 'layers[2].units'; '' for the file as a whole."""
    message: str
    """What was expected and what was got, without the path: 'must be at least 1, got 0'."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SpecError(Exception):
    """A model file or draft that cannot be used; `problems` holds every reason, never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def suggestion(word: str, known: Sequence[str]) -> str:
    """'; did you mean 'units'?' for a near miss, else the words that are known, or '' when there are none."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; expected one of {', '.join(known)}" if known else ""
