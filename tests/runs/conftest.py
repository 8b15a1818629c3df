from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

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
            with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
                _write_on(file)
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


def _write_on(file: BinaryIO) -> None:
    while True:
        file.write(bytes(4096))


@contextmanager
def _anybody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def read_only() -> Callable[[Path], AbstractContextManager[None]]:
    """Makes a directory and all in it read-only; within the context nobody, not even root, may write there."""

    @contextmanager
    def guard(directory: Path) -> Iterator[None]:
        inside = [directory, *directory.rglob("*")]
        for path in inside:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            with _anybody():
                yield
        finally:
            for path in inside:
                path.chmod(0o755 if path.is_dir() else 0o644)

    return guard


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A temporary directory whose parents anybody may search."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(params=["file size limit", "tmpfs"])
def small_disk(request, tmp_path) -> Iterator[SmallDisk]:
    """A small tmpfs where mounting is permitted (else the limit again), and a limit on the size of files."""
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
