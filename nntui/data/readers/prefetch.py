"""Prefetching: a thread decompresses pictures while this one still imports what is to be done with them.

Inflating takes longer than anything else before the first step, and zlib leaves the interpreter to others meanwhile.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from nntui.data.errors import DataError
from nntui.data.readers.idx_content import NAME, read_content

_DIMENSIONS = 3

_Stamp = tuple[int, int]
_begun: dict[Path, _Inflating] = {}


class _Inflating(threading.Thread):
    """Reads one file; what goes wrong is not told, since whoever reads the file itself will find it too."""

    def __init__(self, path: Path) -> None:
        super().__init__(name=f"inflates {path.name}", daemon=True)
        self._path = path
        self.stamp = _stamp(path)
        self.found: tuple[tuple[int, ...], bytes] | None = None

    def run(self) -> None:
        with contextlib.suppress(DataError, OSError, MemoryError):
            self.found = read_content(self._path, _DIMENSIONS)


def inflate_ahead(source: object, base: Path) -> None:
    """Begins with the pictures of the folder that `data.source` names; for anything else there is nothing to do."""
    if not isinstance(source, str):
        return
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        for path in _pictures((base / Path(source).expanduser()).resolve()):
            thread = _Inflating(path)
            thread.start()
            _begun[path] = thread


def _pictures(folder: Path) -> list[Path]:
    """The zipped pictures that will be read: those of each split, where there is one file of it and no more."""
    found: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        match = NAME.fullmatch(path.name)
        if match is not None and match[2] == "images":
            found.setdefault(match[1], []).append(path)
    return [files[0].resolve() for files in found.values() if len(files) == 1 and files[0].suffix == ".gz"]


def taken(path: Path, dimensions: int) -> tuple[tuple[int, ...], bytes] | None:
    """Shape and bytes of a file that was begun, as `read_content` gives them, once; None where there are none."""
    thread = _begun.pop(path.resolve(), None)
    if thread is None or dimensions != _DIMENSIONS:
        return None
    thread.join()
    return thread.found if thread.stamp == _stamp(path) else None


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
