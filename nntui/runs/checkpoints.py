"""A run's checkpoints: `best`, `last`, and the epochs, of which older ones are frames within a cap."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nntui.files import temporary_name
from nntui.runs.directory import problem
from nntui.runs.files import sweep
from nntui.runs.frames import is_complete, make_frame
from nntui.runs.tensor_file import CheckpointError, is_readable, load, load_metadata, save

__all__ = ["CheckpointError", "CheckpointStore", "is_readable", "load", "load_metadata", "save"]

_EPOCH = re.compile(r"epoch-(\d{4,9})\.safetensors")
_BEST, _LAST = "best.safetensors", "last.safetensors"
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES})
_BLOCK = 4096


class CheckpointStore:
    """The checkpoints directory of one run, with a single writer.

    The best epoch and the newest two hold everything a resumed run needs. Earlier ones become frames, without the
    optimizer's state, and only every `every`-th is kept (0: none of them, nor the one before the newest). Above
    `cap_bytes` or `cap_epochs` the first, the best, the last and an evenly spaced selection of the others stay.

    Every write replaces a file atomically, or raises CheckpointError with the reason. A missing directory is created
    by the next write. `latest` and `settle` rely on the metadata's `progress`: `step`, `epochs_done`, and `position`,
    the number of steps made in the current epoch.
    """

    def __init__(
        self,
        directory: Path,
        cap_bytes: int = 1 << 29,
        *,
        cap_epochs: int = 1000,
        every: int = 1,
        durable: bool = False,
    ) -> None:
        self.directory = directory
        self._cap_bytes = cap_bytes
        self._cap_epochs = cap_epochs
        self._every = every
        self._durable = durable
        self._sizes: dict[int, int] | None = None
        self._best = 0
        self._frames: set[int] = set()
        """Epochs that need no further check, being frames already or impossible to reduce."""

    def refuse_link(self) -> None:
        """CheckpointError if the directory is a symbolic link, which may lead anywhere."""
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
        """The checkpoint to resume from: the complete one with the most steps, `last` on a tie; None without one."""
        last = self.directory / _LAST
        newest = next((path for path in map(self.path, reversed(self.epochs())) if is_complete(path)), None)
        if not is_complete(last):
            return newest
        # A writer that is killed between writing an epoch and linking it leaves an older `last`.
        return newest if newest is not None and _progress(newest, "step") > _progress(last, "step") else last

    def best(self) -> Path | None:
        """The best epoch's checkpoint; None if it is missing or damaged."""
        path = self.directory / _BEST
        return path if is_readable(path) else None

    def save_epoch(
        self, epoch: int, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any], *, best: bool
    ) -> str:
        """Write an epoch's checkpoint, link it as `last` and, if it is the best, as `best`; returns its file name."""
        sizes = self._index()
        self._make_directory()
        path = self.path(epoch)
        save(path, tensors, metadata, durable=self._durable)
        sizes[epoch] = _disk_size(path)
        self._link(path, _LAST)
        if best:
            self._link(path, _BEST)
            self._best = epoch
        self._reduce_past_epochs(sizes, epoch)
        self._enforce_caps(sizes, epoch)
        return path.name

    def save_last(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> str:
        """Write `last` alone, for a state in the middle of an epoch; returns its file name."""
        self._index()
        self._make_directory()
        save(self.directory / _LAST, tensors, metadata, durable=self._durable)
        return _LAST

    def prepare(self) -> None:
        """Create the directory if it is missing; CheckpointError if it cannot be written to."""
        self._make_directory()
        if not self.directory.is_dir():
            raise CheckpointError(f"{self.directory}: expected a directory, got something else: move it away")
        if not os.access(self.directory, os.W_OK):
            raise CheckpointError(f"{self.directory}: expected a directory that can be written to, got a read-only one")

    def settle(self, source: Path, *, best: int) -> str:
        """Restore the files to what an uninterrupted writer would have left at `source`, which a run resumes from.

        Later epochs are removed, `last` becomes `source`, and `best` the checkpoint of epoch `best` (0 for none).
        Returns '', or one line on why there is no `best`: both it and its epoch's file are missing or damaged.
        """
        epoch = _progress(source, "epochs_done")
        self.drop_after(epoch)
        if source.name != _LAST:
            self._link(source, _LAST)
        missing = self._mend_best(best)
        self._best = best if best in self._index() else 0
        if _progress(source, "position") == 0:
            self._reduce_past_epochs(self._index(), epoch)
            self._enforce_caps(self._index(), epoch)
        return missing

    def can_be_mended(self, *, epoch: int) -> bool:
        """Whether `best` or `last` of a run that ended with this epoch is damaged but can be restored from others."""
        source = self.latest()
        if source is None or _progress(source, "epochs_done") != epoch:
            return False
        best = load_metadata(source)["progress"].get("best")
        number = best.get("epoch") if isinstance(best, dict) else None
        if source.name != _LAST:
            return True
        return isinstance(number, int) and not self._is_best(number) and is_readable(self.path(number))

    def drop_after(self, epoch: int) -> None:
        """Remove what a run resumed from `epoch` trains again: later epochs, and `best` and `last` if they are such."""
        sizes = self._index()
        obsolete = [self.path(later) for later in self.epochs() if later > epoch]
        try:
            for path in (self.directory / _BEST, self.directory / _LAST):
                if any(_is_same(path, other) for other in obsolete):
                    path.unlink()
            for path in obsolete:
                path.unlink()
        except OSError as error:
            raise CheckpointError(f"cannot remove {problem(self.directory, error)}") from error
        for later in [later for later in sizes if later > epoch]:
            del sizes[later]
            self._frames.discard(later)
        self._best = self._best if self._best <= epoch else 0

    def make_room(self, *, first: bool = False) -> bool:
        """Remove one more epoch than the caps ask for, because the disk is full; False if none can go.

        The best and the newest always stay, and so does the first, unless `first` allows removing it.
        """
        sizes = self._index()
        if not sizes:
            return False
        keep = {self._best, max(sizes)}
        epoch = _most_crowded(sorted(sizes), keep)
        if epoch is None and first and min(sizes) not in keep:
            epoch = min(sizes)
        if epoch is None:
            return False
        self._remove(sizes, epoch)
        return True

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(mode=0o700)
        except FileExistsError:
            return
        except OSError as error:
            raise CheckpointError(f"cannot write {problem(self.directory, error)}") from error
        self._sizes, self._best, self._frames = {}, 0, set()

    def _is_best(self, epoch: int) -> bool:
        """Whether `best` is an undamaged checkpoint of this epoch."""
        best = self.best()
        return best is not None and (_progress(best, "epochs_done"), _progress(best, "position")) == (epoch, 0)

    def _mend_best(self, epoch: int) -> str:
        best, own = self.directory / _BEST, self.path(epoch)
        if epoch and is_readable(own):
            if not _is_same(best, own):
                self._link(own, _BEST)
            return ""
        if epoch and self._is_best(epoch):
            self._link(best, own.name)
            self._index()[epoch] = _disk_size(own)
            return ""
        try:
            best.unlink(missing_ok=True)
        except OSError as error:
            raise CheckpointError(f"cannot remove {problem(best, error)}") from error
        why = f"neither {_BEST} nor {own.name} is whole in {self.directory}"
        return f"the weights of the best epoch, {epoch}, are lost: {why}" if epoch else ""

    def _index(self) -> dict[int, int]:
        """Size on disk by epoch; the first call reads it and removes the temporary files of a killed writer."""
        self.refuse_link()
        if self._sizes is None:
            self._sizes = {epoch: _disk_size(self.path(epoch)) for epoch in self.epochs()}
            best = self.directory / _BEST
            self._best = next((epoch for epoch in self._sizes if _is_same(best, self.path(epoch))), 0)
            sweep(self.directory)
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
            # Renaming between two hard links of one file does nothing, so the temporary name may still be there.
            temporary.unlink(missing_ok=True)

    def _reduce_past_epochs(self, sizes: dict[int, int], newest: int) -> None:
        """Removes past epochs that `every` skips, and reduces the others to frames."""
        complete = {self._best, newest}
        if self._every:
            complete.add(newest - 1)
        for epoch in [epoch for epoch in sizes if epoch not in self._frames | complete]:
            if self._every == 0 or epoch % self._every:
                self._remove(sizes, epoch)
                continue
            # On a full disk, or if it is damaged, the file stays as it is: the run loses nothing.
            with contextlib.suppress(CheckpointError):
                make_frame(self.path(epoch), durable=self._durable)
            self._frames.add(epoch)
            sizes[epoch] = _disk_size(self.path(epoch))

    def _enforce_caps(self, sizes: dict[int, int], newest: int) -> None:
        total = sum(sizes.values())
        while total > self._cap_bytes or len(sizes) > self._cap_epochs:
            epoch = _most_crowded(sorted(sizes), {self._best, newest})
            if epoch is None:
                return
            total -= self._remove(sizes, epoch)

    def _remove(self, sizes: dict[int, int], epoch: int) -> int:
        """Removes an epoch's file; returns its size on disk."""
        try:
            self.path(epoch).unlink(missing_ok=True)
        except OSError as error:
            raise CheckpointError(f"cannot remove {problem(self.path(epoch), error)}") from error
        self._frames.discard(epoch)
        return sizes.pop(epoch)


def _most_crowded(epochs: list[int], keep: set[int]) -> int | None:
    """The epoch whose neighbours are closest together, the earliest on a tie; never the first or one to keep."""
    crowded, narrowest = None, 0
    for before, epoch, after in zip(epochs, epochs[1:], [*epochs[2:], epochs[-1]], strict=False):
        if epoch not in keep and (crowded is None or after - before < narrowest):
            crowded, narrowest = epoch, after - before
    return crowded


def _progress(path: Path, name: str) -> int:
    """A count from an undamaged checkpoint's progress; -1 if it has none."""
    progress = load_metadata(path).get("progress")
    count = progress.get(name) if isinstance(progress, dict) else None
    return count if type(count) is int else -1


def _disk_size(path: Path) -> int:
    try:
        return -(-path.stat().st_size // _BLOCK) * _BLOCK
    except OSError:
        return 0


def _is_same(path: Path, other: Path) -> bool:
    """Whether both are the same file, or copies on a disk without hard links; False if one is missing."""
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
