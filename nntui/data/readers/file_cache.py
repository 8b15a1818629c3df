"""Facts about files, cached until the file changes: the form asks for them at every key."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from nntui.data.errors import DataError, shown, source_error

_P = ParamSpec("_P")
_T = TypeVar("_T")
_KEPT = 32


def cached_by_file(function: Callable[Concatenate[Path, _P], _T]) -> Callable[Concatenate[Path, _P], _T]:
    """Cache a function of a path and plain arguments: the results, or DataErrors, of the newest 32 calls are kept while
    the file, or the files in the folder, keep their size and time. An OSError becomes a DataError."""
    results: dict[tuple[object, ...], _T | DataError] = {}

    @wraps(function)
    def cached(path: Path, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            key = (str(path), _stamp(path), args, tuple(sorted(kwargs.items())))
        except OSError as error:
            raise unreadable(path, error) from error
        result = results.get(key)
        if result is None:
            try:
                result = function(path, *args, **kwargs)
            except DataError as error:
                result = error
            except OSError as error:
                result = unreadable(path, error)
            while len(results) >= _KEPT:
                results.pop(next(iter(results)), None)
            results[key] = result
        if isinstance(result, DataError):
            # A new one, because an exception raised again grows its traceback.
            raise DataError(result.path, result.message)
        return result

    return cached


def unreadable(path: Path, error: OSError) -> DataError:
    """The DataError for a file that the system cannot read."""
    return source_error(f"cannot read {shown(str(path), 200)}: {error.strerror or error}")


def _stamp(path: Path) -> tuple[object, ...]:
    status = path.stat()
    if not path.is_dir():
        return (status.st_mtime_ns, status.st_size)
    with os.scandir(path) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if "-ubyte" in entry.name]
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in files))
