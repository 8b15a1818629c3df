"""Selecting entries of a mapping by a prefix of their keys, such as 'dense_1.'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def scoped(mapping: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """The entries whose keys start with `prefix`, without it; all of them for ''."""
    return {key.removeprefix(prefix): value for key, value in mapping.items() if key.startswith(prefix)}
