"""Choice: a value one can choose, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to choose."""

    value: Any
    """What is chosen; None leaves a key out of the draft."""
    label: str
    summary: str = ""
    """One line that explains it."""
