"""Cards: content, source and licence of each bundled set, from `card.toml` beside the data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nntui.resources import datasets_dir


@dataclass(frozen=True, slots=True)
class Card:
    """The description of a bundled set."""

    name: str
    title: str
    summary: str
    """One line."""
    about: str
    """A paragraph: what was measured, and what to look out for."""
    task: str
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    samples: int
    source: str
    """URL of the original."""
    citation: str
    licence: str
    changes: str
    """What differs from the original."""


@cache
def cards() -> dict[str, Card]:
    """The cards of all bundled sets by name, in alphabetical order."""
    paths = sorted(datasets_dir().glob("*/card.toml"))
    return {path.parent.name: _read(path) for path in paths}


def _read(path: Path) -> Card:
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    values["about"] = " ".join(values["about"].split())
    values["shape"], values["classes"] = tuple(values["shape"]), tuple(values["classes"])
    return Card(name=path.parent.name, **values)
