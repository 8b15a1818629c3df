"""Counts out of a checkpoint, which may hold anything."""

from __future__ import annotations

from typing import Any


def counted(progress: dict[str, Any], name: str, *, most: int) -> int:
    """A count from 0 to `most`; KeyError, TypeError or ValueError where there is none."""
    count = int(progress[name])
    if not 0 <= count <= most:
        raise ValueError(f"{name} is {count}, expected 0 to {most}")
    return count
