"""A run's checkpoints: `best` and `last`, and beside them epochs, as frames within a cap."""

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

from nntui.runs.directory import problem
from nntui.runs.files import sweep, temporary_name
from nntui.runs.frames import is_complete, make_frame
from nntui.runs.tensor_file import CheckpointError, is_readable, load, load_metadata, save

__all__ = ["CheckpointError", "CheckpointStore", "is_readable", "load", "load_metadata", "save"]

_EPOCH = re.compile(r"epoch-(\d{4,9})\.safetensors")
_BEST, _LAST = "best.safetensors", "last.safetensors"
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES})
_BLOCK = 4096


class CheckpointStore:
    """The checkpoints directory of one run, with one writer.

    The best epoch and the newest two hold all that a resumed run needs; earlier ones become frames, without the state
    of the optimizer. Of those each `every`-th epoch is kept (0: none, nor the one before the newest) until epochs take
    more than `cap_bytes` or are more than `cap_epochs`; then the first, the best, the last and an evenly spaced rest
    stay. Every write replaces a file atomically; CheckpointError says why it could not.
    A directory that is missing is made by the next write. The metadata's `progress` says what `latest` and `settle`
    go by: `step`, `epochs_done` and `position`, the steps of an epoch that is going on.
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
        """Epochs that need not be looked at again."""

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
        """The checkpoint to go on from: of the complete ones that of the most steps, `last` of two that are even.

        None when none is whole and complete.
        """
        last = self.directory / _LAST
        newest = next((path for path in map(self.path, reversed(self.epochs())) if is_complete(path)), None)
        if not is_complete(last):
            return newest
        # A writer killed after it wrote an epoch and before it linked it leaves a `last` that is older.
        return newest if newest is not None and _progress(newest, "step") > _progress(last, "step") else last

    def best(self) -> Path | None:
        """The best epoch's checkpoint; None when there is none, or it is damaged."""
        path = self.directory / _BEST
        return path if is_readable(path) else None

    def save_epoch(
        self, epoch: int, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any], *, best: bool
    ) -> str:
        """Write an epoch's checkpoint, which is also `last` and, if so, `best`; its file name."""
        sizes = self._index()
        self._make_directory()
        path = self.path(epoch)
        save(path, tensors, metadata, durable=self._durable)
        sizes[epoch] = _disk_size(path)
        self._link(path, _LAST)
        if best:
            self._link(path, _BEST)
            self._best = epoch
        self._shrink(sizes, epoch)
        self._thin(sizes, epoch)
        return path.name

    def save_last(self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> str:
        """Write `last` alone, for a state within an epoch; its file name."""
        self._index()
        self._make_directory()
        save(self.directory / _LAST, tensors, metadata, durable=self._durable)
        return _LAST

    def prepare(self) -> None:
        """Make the directory where it is missing; CheckpointError where it cannot be written to."""
        self._make_directory()
        if not self.directory.is_dir():
            raise CheckpointError(f"{self.directory}: expected a directory, got something else: move it away")
        if not os.access(self.directory, os.W_OK):
            raise CheckpointError(f"{self.directory}: expected a directory that can be written to, got a read-only one")

    def settle(self, source: Path, *, best: int) -> str:
        """Leave what a writer that was not interrupted would have left at `source`, which a run goes on from.

        Later epochs are removed; `last` is `source`; `best` is the checkpoint of epoch `best`, 0 for none. The result
        is '', or one line that says why there is no `best`: neither it nor its epoch's file is whole.
        """
        epoch = _progress(source, "epochs_done")
        self.drop_after(epoch)
        if source.name != _LAST:
            self._link(source, _LAST)
        missing = self._mend_best(best)
        self._best = best if best in self._index() else 0
        if _progress(source, "position") == 0:
            self._shrink(self._index(), epoch)
            self._thin(self._index(), epoch)
        return missing

    def can_be_mended(self, *, epoch: int) -> bool:
        """Whether `best` or `last` of a run that ended with this epoch is damaged and can be made anew from others."""
        source = self.latest()
        if source is None or _progress(source, "epochs_done") != epoch:
            return False
        best = load_metadata(source)["progress"].get("best")
        number = best.get("epoch") if isinstance(best, dict) else None
        if source.name != _LAST:
            return True
        return isinstance(number, int) and not self._is_best(number) and is_readable(self.path(number))

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
            self._frames.discard(later)
        self._best = self._best if self._best <= epoch else 0

    def make_room(self, *, first: bool = False) -> bool:
        """Remove one epoch more than the caps ask for, because the disk is full; False where none can go.

        The best and the newest always stay, the first unless `first` says that it may go.
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
        """Whether `best` is whole and of this epoch."""
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
        gone = f"neither {_BEST} nor {own.name} is whole in {self.directory}"
        return f"the weights of the best epoch, {epoch}, are lost: {gone}" if epoch else ""

    def _index(self) -> dict[int, int]:
        """Size on disk by epoch, read once; the temporary files of a killed writer are removed then."""
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
            # Renaming one name of a file to another of its names leaves both.
            temporary.unlink(missing_ok=True)

    def _shrink(self, sizes: dict[int, int], newest: int) -> None:
        """Removes past epochs that are not asked for, and makes frames of the others."""
        spared = {self._best, newest} | ({newest - 1} if self._every else set())
        for epoch in [epoch for epoch in sizes if epoch not in self._frames | spared]:
            if self._every == 0 or epoch % self._every:
                self._remove(sizes, epoch)
                continue
            # Without room, or where it is damaged, the file stays as it is: the run loses nothing.
            with contextlib.suppress(CheckpointError):
                make_frame(self.path(epoch), durable=self._durable)
            self._frames.add(epoch)
            sizes[epoch] = _disk_size(self.path(epoch))

    def _thin(self, sizes: dict[int, int], newest: int) -> None:
        total = sum(sizes.values())
        while total > self._cap_bytes or len(sizes) > self._cap_epochs:
            epoch = _most_crowded(sorted(sizes), {self._best, newest})
            if epoch is None:
                return
            total -= self._remove(sizes, epoch)

    def _remove(self, sizes: dict[int, int], epoch: int) -> int:
        """Removes an epoch's file; its size on disk."""
        try:
            self.path(epoch).unlink(missing_ok=True)
        except OSError as error:
            raise CheckpointError(f"cannot remove {problem(self.path(epoch), error)}") from error
        self._frames.discard(epoch)
        return sizes.pop(epoch)


def _most_crowded(epochs: list[int], keep: set[int]) -> int | None:
    """The epoch whose neighbours are closest together, the earliest of several; never the first or one to keep."""
    crowded, narrowest = None, 0
    for before, epoch, after in zip(epochs, epochs[1:], [*epochs[2:], epochs[-1]], strict=False):
        if epoch not in keep and (crowded is None or after - before < narrowest):
            crowded, narrowest = epoch, after - before
    return crowded


def _progress(path: Path, name: str) -> int:
    """A count in the progress of a whole checkpoint; -1 where it has none."""
    progress = load_metadata(path).get("progress")
    count = progress.get(name) if isinstance(progress, dict) else None
    return count if type(count) is int else -1


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
