"""The input schema: the inputs and targets a trained network expects of other data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nntui.data.errors import shown, source_error

_MADE_UP = re.compile(r"(x|column_)\d+")
"""Generated names, for columns that had none."""
_MOST = 6


@dataclass(frozen=True, slots=True)
class InputSchema:
    """The names of a network's inputs and targets; other data may hold only some of its categories and classes."""

    features: tuple[str, ...]
    """() where its inputs have no names."""
    classes: tuple[str, ...] = ()
    """() for regression."""
    target: str = ""
    """The target column; '' where there was none, or where it is not known."""


def column_order(source: str, have: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """For each of the wanted columns its index in `have`; DataError where names or number do not match.

    Columns are matched by name where both have real names, otherwise by position.
    """
    if not wanted or not have:
        return list(range(len(have)))
    if are_made_up(wanted) or are_made_up(have):
        if len(have) != len(wanted):
            raise source_error(f"{source} has {len(have):,} inputs; the network was trained on {len(wanted):,}")
        return list(range(len(have)))
    index_of = {name: index for index, name in enumerate(have)}
    known = set(wanted)
    missing = [name for name in wanted if name not in index_of]
    unexpected = [name for name in have if name not in known]
    if missing or unexpected:
        words = [f"{kind} {listed(some)}" for kind, some in (("lacks", missing), ("also has", unexpected)) if some]
        what = f"{source} does not have the columns the network was trained on"
        raise source_error(f"{what}: it {' and '.join(words)}")
    return [index_of[name] for name in wanted]


def are_made_up(names: Sequence[str]) -> bool:
    """Whether the columns had no names, and these names only number them."""
    return all(map(_MADE_UP.fullmatch, names))


def listed(names: Sequence[str]) -> str:
    """The first six names for a message, and the number of the others."""
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return ", ".join(shown(name, 30) for name in names[:_MOST]) + more
