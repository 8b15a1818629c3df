"""Generators: data made on the spot, one family member a file, found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def discover() -> None:
    """Import every module of this package once, so that the generators they define have joined the family."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
