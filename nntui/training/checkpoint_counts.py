"""Reading counts from a checkpoint, which may contain anything."""

from __future__ import annotations

from typing import Any


def counted(progress: dict[str, Any], name: str, *, most: int) -> int:
    """A count from 0 to `most`; KeyError, TypeError or ValueError if it is missing or out of range."""
    count = int(progress[name])
    if not 0 <= count <= most:
        raise ValueError(f"{name} is {count}, expected 0 to {most}")
    return count
