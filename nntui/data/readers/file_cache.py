"""What is known of a file, cached until the file changes: the form asks at every key."""

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


def remembered(function: Callable[Concatenate[Path, _P], _T]) -> Callable[Concatenate[Path, _P], _T]:
    """Decorate a function of a path and plain arguments: its answer, or its DataError, is kept for the newest 32
    questions while the file, or the files in the folder, keep their size and time. An OSError becomes a DataError."""
    answers: dict[tuple[object, ...], _T | DataError] = {}

    @wraps(function)
    def ask(path: Path, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            key = (str(path), _stamp(path), args, tuple(sorted(kwargs.items())))
        except OSError as error:
            raise unreadable(path, error) from error
        answer = answers.get(key)
        if answer is None:
            try:
                answer = function(path, *args, **kwargs)
            except DataError as error:
                answer = error
            except OSError as error:
                answer = unreadable(path, error)
            while len(answers) >= _KEPT:
                answers.pop(next(iter(answers)), None)
            answers[key] = answer
        if isinstance(answer, DataError):
            # A fresh one, because an exception that is raised again grows its traceback.
            raise DataError(answer.path, answer.message)
        return answer

    return ask


def unreadable(path: Path, error: OSError) -> DataError:
    """The DataError for a file the system does not let us read."""
    return source_error(f"cannot read {shown(str(path), 200)}: {error.strerror or error}")


def _stamp(path: Path) -> tuple[object, ...]:
    status = path.stat()
    if not path.is_dir():
        return (status.st_mtime_ns, status.st_size)
    with os.scandir(path) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if "-ubyte" in entry.name]
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in files))
