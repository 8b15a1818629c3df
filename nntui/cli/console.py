"""The console: messages on stderr, data on stdout."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from datetime import datetime
from typing import TextIO

from nntui.display.message import message_line
from nntui.display.printable import printable

_LONGEST = 1000
"""Characters of a message: text from a log may have any length."""
_LAST_SECOND = 253_370_764_800
"""In the year 9999: a log may hold any time."""


class _Stamps:
    """Whether lines begin with their time: one setting for the process, which has one stdout."""

    wanted = False


def stamp_lines(wanted: bool) -> None:
    """Switches times at the beginning of messages and event lines on or off."""
    _Stamps.wanted = wanted


def stamp(at: float = 0.0) -> str:
    """'2026-01-31T14:05:09+01:00 ' for seconds since 1970, in local time, 0 for now; '' if times are off."""
    if not _Stamps.wanted:
        return ""
    moment = at if 0 < at < _LAST_SECOND else time.time()
    return f"{datetime.fromtimestamp(moment).astimezone().isoformat(timespec='seconds')} "


def info(message: str, *, at: float = 0.0) -> None:
    """Prints one line of bounded length on stderr; a closed stderr is not an error.

    `at` is the time of what is reported, 0 for now.
    """
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):
        print(f"{stamp(at)}nntui: {message_line(' '.join(message.split()), _LONGEST)}", file=sys.stderr, flush=True)


def emit(*cells: str) -> None:
    """Prints a line of data on stdout and flushes: printable cells separated by tabs; BrokenPipeError without a reader.

    JSON is unchanged, since it is ASCII with escapes.
    """
    emit_text("\t".join(map(printable, cells)))


def emit_text(text: str) -> None:
    """Prints trusted text of any number of lines on stdout, unchanged."""
    if sys.stdout is not None:
        print(text, flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal; False if it is closed."""
    return stream is not None and not stream.closed and stream.isatty()


def draws_on_terminal() -> bool:
    """Whether stdout is a terminal that can redraw lines."""
    return is_terminal(sys.stdout) and os.environ.get("TERM", "dumb") != "dumb"


def survive_any_text() -> None:
    """Makes stdout escape characters that its encoding lacks instead of failing."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def silence_stdout() -> None:
    """Discards what is still to be written, because its reader is gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
