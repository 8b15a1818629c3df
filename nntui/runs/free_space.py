"""Whether a disk has room."""

from __future__ import annotations

import os
from pathlib import Path

_ROOM = 16_384
"""Bytes: less is no room for a checkpoint of anything, and for a log only until its last block is full."""


def is_full(path: Path) -> bool:
    """Whether the disk that holds `path` has less than 16 KiB left for this user; False where that cannot be told.

    A quota that is used up looks like a disk with room.
    """
    try:
        disk = os.statvfs(path)
    except OSError:
        return False
    # Some blocks are kept for the superuser.
    blocks = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    return disk.f_blocks > 0 and blocks * disk.f_frsize < _ROOM
