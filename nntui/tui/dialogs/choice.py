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
    lead: str = ""
    """What stands before it in a column of its own: its kind, or its key."""
    obstacle: str = ""
    """Why it is no good choice at present, in a word or two, for which it is dimmed; '' where it is one."""
