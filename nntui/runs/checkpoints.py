"""A run's checkpoints: every epoch while they are small, then thinned; `best` and `last` beside them."""

from __future__ import annotations

import errno
import filecmp
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nntui.runs.directory import problem
from nntui.runs.files import temporary_name
from nntui.runs.tensor_file import CheckpointError, is_readable, load, load_metadata, save

__all__ = ["CheckpointError", "CheckpointStore", "is_readable", "load", "load_metadata", "save"]

_EPOCH = re.compile(r"epoch-(\d{4,9})\.safetensors")
_BEST, _LAST = "best.safetensors", "last.safetensors"
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES})
_BLOCK = 4096


class CheckpointStore:
    """The checkpoints directory of one run, with one writer.

    Epochs are kept until they take more than `cap_bytes` or are more than `cap_epochs`; then the first, the best, the
    last and an evenly spaced rest stay. Every write replaces a file atomically; CheckpointError says why it could not.
    """

    def __init__(
        self, directory: Path, cap_bytes: int = 1 << 29, *, cap_epochs: int = 1000, durable: bool = False
    ) -> None:
        self.directory = directory
        self._cap_bytes = cap_bytes
        self._cap_epochs = cap_epochs
        self._durable = durable
        self._sizes: dict[int, int] | None = None
        self._best = 0

    def refuse_link(self) -> None:
        """CheckpointError where the directory is a symbolic link, which may lead anywhere."""
        if self.directory.is_symlink():
            raise CheckpointError(f"{self.directory}: expected a folder, got a symbolic link")

    def epochs(self) -> list[int]:
        """The epochs that have a file, ascending; [] when the directory cannot be read."""
        try:
            names = [path.name for path in self.directory.iterdir()]
        except OSError:
            return []
        return sorted(int(match[1]) for match in map(_EPOCH.fullmatch, names) if match)

    def path(self, epoch: int) -> Path:
        """Where an epoch's checkpoint is, or would be."""
        return self.directory / f"epoch-{epoch:04d}.safetensors"

    def latest(self) -> Path | None:
        """The checkpoint to go on from: `last` if it is whole, else the newest epoch that is; None when none is."""
        candidates = [self.directory / _LAST, *(self.path(epoch) for epoch in reversed(self.epochs()))]
        return next((path for path in candidates if is_readable(path)), None)

    def best(self) -> Path | None:
        """The best epoch's checkpoint; None when there is none, or it is damaged."""
        path = self.directory / _BEST
        return path if is_readable(path) else None

    def save_epoch(
        self, epoch: int, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any], *, best: bool
    ) -> str:
        """Write an epoch's checkpoint, which is also `last` and, if so, `best`; its file name."""
        sizes = self._index()
        path = self.path(epoch)
        save(path, tensors, metadata, durable=self._durable)
        sizes[epoch] = _disk_size(path)
        self._link(path, _LAST)
        if best:
            self._link(path, _BEST)
            self._best = epoch
        self._thin(sizes, epoch)
        return path.name

    def save_last(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> str:
        """Write `last` alone, for a state within an epoch; its file name."""
        self._index()
        save(self.directory / _LAST, tensors, metadata, durable=self._durable)
        return _LAST

    def drop_after(self, epoch: int) -> None:
        """Remove what a run resumed from `epoch` overtakes: later epochs, and `best` and `last` if of one of them."""
        sizes = self._index()
        overtaken = [self.path(later) for later in self.epochs() if later > epoch]
        try:
            for path in (self.directory / _BEST, self.directory / _LAST):
                if any(_is_same(path, other) for other in overtaken):
                    path.unlink()
            for path in overtaken:
                path.unlink()
        except OSError as error:
            raise CheckpointError(f"cannot remove {problem(self.directory, error)}") from error
        for later in [later for later in sizes if later > epoch]:
            del sizes[later]
        self._best = self._best if self._best <= epoch else 0

    def _index(self) -> dict[int, int]:
        """Size on disk by epoch, read once; what a killed writer left half-written is removed then."""
        self.refuse_link()
        if self._sizes is None:
            self._sizes = {epoch: _disk_size(self.path(epoch)) for epoch in self.epochs()}
            best = self.directory / _BEST
            self._best = next((epoch for epoch in self._sizes if _is_same(best, self.path(epoch))), 0)
            for leftover in self.directory.glob(".*.safetensors.*.tmp"):
                leftover.unlink(missing_ok=True)
        return self._sizes

    def _link(self, source: Path, name: str) -> None:
        target = self.directory / name
        temporary = temporary_name(target)
        try:
            temporary.unlink(missing_ok=True)
            try:
                os.link(source, temporary)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                shutil.copy2(source, temporary)
            temporary.replace(target)
        except OSError as error:
            raise CheckpointError(f"cannot write {problem(target, error)}") from error
        finally:
            # Renaming one name of a file to another of its names leaves both.
            temporary.unlink(missing_ok=True)

    def _thin(self, sizes: dict[int, int], newest: int) -> None:
        total = sum(sizes.values())
        while total > self._cap_bytes or len(sizes) > self._cap_epochs:
            epoch = _most_crowded(sorted(sizes), {self._best, newest})
            if epoch is None:
                return
            try:
                self.path(epoch).unlink(missing_ok=True)
            except OSError as error:
                raise CheckpointError(f"cannot remove {problem(self.path(epoch), error)}") from error
            total -= sizes.pop(epoch)


def _most_crowded(epochs: list[int], keep: set[int]) -> int | None:
    """The epoch whose neighbours are closest together, the earliest of several; never the first or one to keep."""
    crowded, narrowest = None, 0
    for before, epoch, after in zip(epochs, epochs[1:], [*epochs[2:], epochs[-1]], strict=False):
        if epoch not in keep and (crowded is None or after - before < narrowest):
            crowded, narrowest = epoch, after - before
    return crowded


def _disk_size(path: Path) -> int:
    try:
        return -(-path.stat().st_size // _BLOCK) * _BLOCK
    except OSError:
        return 0


def _is_same(path: Path, other: Path) -> bool:
    """Whether both are names of one file, or copies where the disk has no hard links; False when one is missing."""
    try:
        status, other_status = path.lstat(), other.lstat()
        if os.path.samestat(status, other_status):
            return True
        may_be_copies = status.st_nlink == other_status.st_nlink == 1
        return (
            may_be_copies and status.st_mtime_ns == other_status.st_mtime_ns and filecmp.cmp(path, other, shallow=False)
        )
    except OSError:
        return False
