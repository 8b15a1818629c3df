"""A small model to change, and drafts of every kind that TOML or a form may hold."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nntui.modelfile.validation import validate

GOOD: dict[str, Any] = {
    "name": "small",
    "data": {"source": "iris", "validation": 0.2},
    "layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense"}],
    "training": {"epochs": 2, "batch_size": 8},
}


class _Deleted:
    """Named alike in every process, since tests are named after it."""

    def __repr__(self) -> str:
        return "deleted"


DELETED = _Deleted()


def changed(*changes: tuple[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """The small model with values changed by their path: changed((("layers", 0, "units"), 4)); DELETED removes one."""
    draft = copy.deepcopy(GOOD)
    for (*way, last), value in changes:
        place: Any = draft
        for key in way:
            place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
        if value is DELETED:
            del place[last]
        else:
            place[last] = value
    return draft


def told(draft: dict[str, Any], *, base: Path = Path()) -> list[str]:
    """Every problem of a draft as people read it."""
    return [str(problem) for problem in validate(draft, base=base).problems]


_words = st.sampled_from(
    ["name", "data", "layers", "training", "source", "digits", "spiral", "iris", "type", "dense", "dropout", "units",
     "activation", "relu", "loss", "optimizer", "adam", "learning_rate", "epochs", "early_stopping", "validation",
     "provenance", "a.b", 'a"b', "a\nb", "", "\x00", "\x7f", "é", "~nobody-of-this-name", "/", ".."]
)  # fmt: skip
keys = _words | st.text(max_size=6)
scalars = st.none() | st.booleans() | st.integers() | st.integers(-(10**50), 10**50) | st.floats() | st.text() | _words
moments = st.datetimes() | st.dates() | st.times() | st.datetimes(timezones=st.just(datetime.UTC))


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of tables and lists within one another."""
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )


def tables(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Whole drafts, most of them nonsense."""
    return st.dictionaries(keys, nested(leaves), max_size=5)
