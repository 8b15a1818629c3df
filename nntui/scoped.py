"""Mappings whose keys say where they belong: 'dense_1.weight'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def scoped(mapping: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """The entries whose keys begin with `prefix`, by the rest of their keys; all of them for ''."""
    return {key.removeprefix(prefix): value for key, value in mapping.items() if key.startswith(prefix)}
