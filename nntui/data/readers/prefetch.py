"""Prefetching: a thread decompresses images while the main thread is still importing modules.

Decompression takes longer than anything else before the first step, and zlib releases the interpreter lock.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from nntui.data.errors import DataError
from nntui.data.readers.idx_content import NAME, read_content

_DIMENSIONS = 3

_Stamp = tuple[int, int]
_started: dict[Path, _Prefetch] = {}


class _Prefetch(threading.Thread):
    """Reads one file; errors are dropped, because reading the file itself reports them."""

    def __init__(self, path: Path) -> None:
        super().__init__(name=f"prefetch {path.name}", daemon=True)
        self._path = path
        self.stamp = _stamp(path)
        self.result: tuple[tuple[int, ...], bytes] | None = None

    def run(self) -> None:
        with contextlib.suppress(DataError, OSError, MemoryError):
            self.result = read_content(self._path, _DIMENSIONS)


def prefetch_images(source: object, base: Path) -> None:
    """Starts decompressing the images of the folder that `data.source` names; does nothing for other sources."""
    if not isinstance(source, str):
        return
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        for path in _compressed_images((base / Path(source).expanduser()).resolve()):
            thread = _Prefetch(path)
            thread.start()
            _started[path] = thread


def _compressed_images(folder: Path) -> list[Path]:
    """The compressed image files that will be read: that of each split which has a single one."""
    by_split: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        match = NAME.fullmatch(path.name)
        if match is not None and match[2] == "images":
            by_split.setdefault(match[1], []).append(path)
    return [files[0].resolve() for files in by_split.values() if len(files) == 1 and files[0].suffix == ".gz"]


def take_prefetched(path: Path, dimensions: int) -> tuple[tuple[int, ...], bytes] | None:
    """Shape and bytes of a prefetched file, as from `read_content`, once; None where there are none."""
    thread = _started.pop(path.resolve(), None)
    if thread is None or dimensions != _DIMENSIONS:
        return None
    thread.join()
    return thread.result if thread.stamp == _stamp(path) else None


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
