"""Talk on stderr, data on stdout: where each line of the command line goes."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from nntui.data.errors import printable


def say(message: str) -> None:
    """One line to the person, on stderr; control characters out of files are replaced, and nobody there is no error."""
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError):
        print(f"nntui: {printable(' '.join(message.split()))}", file=sys.stderr, flush=True)


def write(line: str) -> None:
    """One line of data, on stdout, at once; BrokenPipeError where nobody reads it."""
    if sys.stdout is not None:
        print(line, flush=True)


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
