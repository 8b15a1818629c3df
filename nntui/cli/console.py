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
"""Characters of a line to the person: a log may hold anything."""
_LAST_SECOND = 253_370_764_800
"""The year 9999: a log may hold any time."""


class _Stamps:
    """Whether lines begin with their time: one answer for the process, as there is one stdout."""

    wanted = False


def stamp_lines(wanted: bool) -> None:
    """Has what is said, and the lines of events, begin with their time from now on, or not."""
    _Stamps.wanted = wanted


def stamp(at: float = 0.0) -> str:
    """'2026-01-31T14:05:09+01:00 ' for seconds since 1970, in local time, 0 for now; '' where lines have no times."""
    if not _Stamps.wanted:
        return ""
    moment = at if 0 < at < _LAST_SECOND else time.time()
    return f"{datetime.fromtimestamp(moment).astimezone().isoformat(timespec='seconds')} "


def info(message: str, *, at: float = 0.0) -> None:
    """One printable line of bounded length to the person, on stderr; that nobody is there is no error.

    `at` is the time of what is told, 0 for now.
    """
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):
        print(f"{stamp(at)}nntui: {message_line(' '.join(message.split()), _LONGEST)}", file=sys.stderr, flush=True)


def emit(*cells: str) -> None:
    """One line of data, on stdout, at once: printable cells with tabs between; BrokenPipeError where nobody reads it.

    JSON goes through unchanged, since it is written in ASCII, with everything else as escapes.
    """
    emit_text("\t".join(map(printable, cells)))


def emit_text(text: str) -> None:
    """Text of our own of any number of lines, on stdout, as it is."""
    if sys.stdout is not None:
        print(text, flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream; False for one that is closed."""
    return stream is not None and not stream.closed and stream.isatty()


def draws_on_terminal() -> bool:
    """Whether stdout is a terminal on which lines can be drawn over."""
    return is_terminal(sys.stdout) and os.environ.get("TERM", "dumb") != "dumb"


def survive_any_text() -> None:
    """Lets stdout write what its encoding has no character for, escaped, instead of failing."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def silence_stdout() -> None:
    """Lets what is still to be written vanish: whoever read it is gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
