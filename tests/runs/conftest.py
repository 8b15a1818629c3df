from __future__ import annotations

import errno
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A directory whose disk can be made full and given room again."""

    def __init__(self, directory: Path, *, mounted: bool) -> None:
        self.directory = directory
        self.mounted = mounted

    @contextmanager
    def full(self, growing: Path | None = None) -> Iterator[None]:
        """No room but for a few bytes more of `growing`: its next write stops in the middle."""
        if self.mounted:
            filler = self.directory / "filler"
            with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space") as caught:
                while True:
                    file.write(bytes(4096))
            assert caught.value.errno == errno.ENOSPC
            try:
                yield
            finally:
                filler.unlink()
        else:
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            size = growing.stat().st_size if growing else 0
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 25, limits[1]))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(params=["file size limit", "tmpfs"])
def small_disk(request, tmp_path) -> Iterator[SmallDisk]:
    """A small tmpfs where mounting is permitted (else the limit again), and a limit on the size of files, as quotas do."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = False
    if request.param == "tmpfs":
        mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(directory)]
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield SmallDisk(directory, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", str(directory)], check=True)
