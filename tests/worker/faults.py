"""Faults in what a worker does to its files: a kill before any operation or in the middle of a write, a full disk."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import contextmanager

import pytest

CHANGING = ("write", "open", "replace", "rename", "link", "unlink", "fsync", "ftruncate", "mkdir", "rmdir", "chmod")
"""The functions of `os` through which everything a worker changes on disk goes."""
GROWING = ("write", "open", "link", "mkdir")
"""Those of them that a full disk refuses."""


class PowerCut(BaseException):
    """The process is gone: raised by the operation it was killed at and by all it would have done after."""


class Operations:
    """Counts the operations of this thread that change files; `fault` may raise, or do its own, instead of one."""

    def __init__(self, fault: Callable[[int, str, Callable, tuple], None]) -> None:
        self._fault = fault
        self._thread = threading.get_ident()
        self.names: list[str] = []

    @contextmanager
    def watched(self):
        with pytest.MonkeyPatch.context() as patch:
            for name in CHANGING:
                patch.setattr(os, name, self._wrapped(name, getattr(os, name)))
            yield self

    def _wrapped(self, name, function):
        def operation(*arguments, **options):
            makes = name != "open" or arguments[1] & os.O_CREAT
            if threading.get_ident() == self._thread and makes:
                self.names.append(name)
                self._fault(len(self.names), name, function, arguments)
            return function(*arguments, **options)

        return operation


def killed_at(number: int, *, torn: bool = False) -> Operations:
    """Killed before the operation of this number, from 1; `torn`: after half of it, where it is a write."""

    def fault(count, name, function, arguments):
        if count == number and torn and name == "write":
            function(arguments[0], arguments[1][: len(arguments[1]) // 2])
        if count >= number:
            raise PowerCut

    return Operations(fault)


def full_from(number: int) -> Operations:
    """From the operation of this number on the disk is full."""

    def fault(count, name, function, arguments):
        if count >= number and name in GROWING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return Operations(fault)


def counted() -> Operations:
    """No fault."""
    return Operations(lambda *_: None)
