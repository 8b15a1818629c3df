"""The disk space a run takes, and deleting runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nntui.runs.directory import RunDirectory, RunsError, problem
from nntui.runs.lock import WorkerLock

_LONGEST_STEM = 50
"""In characters of up to four bytes each: a file name has at most 255 bytes."""


def size_of(path: Path) -> int:
    """Bytes of the files under a directory; hard-linked files count once, symbolic links are not followed.

    What cannot be read counts as 0.
    """
    seen: set[tuple[int, int]] = set()
    total, directories = 0, [path]
    while directories:
        try:
            with os.scandir(directories.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        directories.append(Path(entry.path))
                        continue
                    status = entry.stat(follow_symlinks=False)
                    if status.st_nlink == 1 or (status.st_dev, status.st_ino) not in seen:
                        seen.add((status.st_dev, status.st_ino))
                        total += status.st_size
        except OSError:
            continue
    return total


def delete_run(run: RunDirectory) -> None:
    """Delete the run's directory; RunsError if it is not a run, a worker is alive, or it cannot be written.

    The directory disappears from its path at once; a symbolic link to a run is not followed.
    """
    if run.path.is_symlink():
        raise RunsError(f"{run.path} is a link to a run: delete the run itself, {run.path.resolve()}")
    if not run.exists():
        raise RunsError(f"{run.path} is not a run directory: it holds neither events.jsonl nor model.toml")
    with WorkerLock(run.lock_path) as lock:
        # Held while deleting: no worker can start in a directory that is about to go.
        if not lock.acquire():
            raise RunsError(f"run {run.id} is still training: stop it first with 'nntui stop {run.id}'")
        try:
            doomed = _name_for_deleted(run)
            run.path.rename(doomed)
            shutil.rmtree(doomed)
        except OSError as error:
            raise RunsError(f"cannot delete {problem(run.path, error)}") from error


def _name_for_deleted(run: RunDirectory) -> Path:
    """An unused hidden name beside the run; leftovers of earlier deletions are removed."""
    # Shortened, since the run's own name may already be as long as names can be.
    stem, number = f".{run.id[:_LONGEST_STEM]}.deleted", 1
    while True:
        path = run.path.with_name(stem if number == 1 else f"{stem}-{number}")
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return path
        number += 1
