"""Checking whether a disk is full."""

from __future__ import annotations

import os
from pathlib import Path

_LEAST_FREE_BYTES = 16_384
"""With less, no checkpoint fits, and a log can only fill up its last block."""


def is_full(path: Path) -> bool:
    """Whether the disk that holds `path` has less than 16 KiB left for this user; False if that is unknown.

    An exhausted quota is not detected.
    """
    try:
        disk = os.statvfs(path)
    except OSError:
        return False
    # Some blocks are reserved for the superuser.
    blocks = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    return disk.f_blocks > 0 and blocks * disk.f_frsize < _LEAST_FREE_BYTES
