"""The one filter between text that may come from anywhere and a terminal, which obeys some of what it is sent."""

from __future__ import annotations

MARK = "\ufffd"
"""Stands for a character that is not shown."""
LONGEST_QUOTED = 60
"""Characters of a text from elsewhere that a message repeats."""


def printable(text: str, limit: int | None = None, *, mark: str = MARK) -> str:
    """The text with `mark` in the place of each character that a terminal would obey or that has no shape of its own.

    These are control characters (C0, DEL, C1, so also what begins a CSI or an OSC), tabs and line breaks, bidirectional
    and zero-width formatting, line and paragraph separators, spaces other than ' ', lone surrogates, and characters
    that are private or not assigned. At most `limit` characters are kept, the last of them an ellipsis.
    """
    if limit is not None:
        text = cut(text, limit)
    return text if text.isprintable() else "".join(each if each.isprintable() else mark for each in text)


def printable_lines(text: str) -> str:
    """As `printable`, for text of several lines, which keeps its line breaks."""
    return "\n".join(map(printable, text.split("\n")))


def escaped(text: str) -> str:
    r"""The text with '\n', '\x1b' or '\u202e' for what `printable` replaces: for messages, which say what is there."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def cut(text: str, limit: int = LONGEST_QUOTED) -> str:
    """The beginning of a text, at most `limit` characters, with an ellipsis where some of it is left out."""
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)]}…"
