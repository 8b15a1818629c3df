"""Problems: what is wrong with a model and where, in the same words for the form and the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nntui.display.message import message_line
from nntui.display.printable import LONGEST_QUOTED, cut, escaped

_LONGEST_PATH = 400
_LARGEST_NUMBER = 10**40
_DIGITS_PER_BIT = 0.30103


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a model cannot be trained; path and message become one printable line of bounded length each."""

    path: str
    """Where: 'layers[2].units'; '' for the file as a whole."""
    message: str
    """What was expected and what was found, without the path: 'must be at least 1, got 0'."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", escaped(cut(self.path, _LONGEST_PATH)))
        object.__setattr__(self, "message", message_line(self.message))

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SpecError(Exception):
    """A model file or draft that cannot be used; `problems` holds every reason, never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refusal(message: str) -> SpecError:
    """The error for a document that cannot be used as a whole."""
    return SpecError([Problem("", message)])


def shown(value: Any) -> str:
    """A value of a draft as messages show it: a quoted text, a number, true, 'a table', 'a list' or 'nothing'."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{cut(value)}'"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
        return f"a number of about {value.bit_length() * _DIGITS_PER_BIT:,.0f} digits"
    return cut(str(value))


def suggestion(word: str, known: Sequence[str]) -> str:
    """'; did you mean 'units'?' for a near miss, else the known words, or '' if there are none."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6) if len(word) <= LONGEST_QUOTED else []
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; expected one of {', '.join(known)}" if known else ""
