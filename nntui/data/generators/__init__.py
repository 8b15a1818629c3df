"""Generators: data made on demand, one generator per file; a module in this folder joins the family."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def discover() -> None:
    """Import every module of this package once, so that the generators they define join the family."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
