"""Messages to people: one line of bounded length, whatever is quoted in it."""

from __future__ import annotations

import re

from nntui.display.printable import LONGEST_QUOTED, cut, escaped

LONGEST_MESSAGE = 400
_LONGEST_PATH = 255
_LONG_WORD = re.compile(r"\S{81,}")
"""Longer than what is quoted, with its quotes, escapes and the like."""


def quoted(text: str, limit: int = LONGEST_QUOTED) -> str:
    r"""Text of a person or a file for a message: its first `limit` characters in quotes, as Python writes them."""
    return escaped(repr(cut(text, limit)))


def path_text(path: object) -> str:
    """A path for a message: as it is, escaped, and without its middle where it is longer than 255 characters."""
    return _without_middle(escaped(str(path)), _LONGEST_PATH)


def message_line(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """A message as one printable line; what makes it too long goes from the middle, since its end says what to do.

    A word of more than 80 characters is cut to 60, one with a slash in it, which is a path, to 255.
    """
    # What is far too long is not looked at as a whole: a log may hold megabytes.
    text = escaped(_without_middle(text, 10 * longest))
    return _without_middle(_LONG_WORD.sub(_shorter_word, text), longest)


def _shorter_word(word: re.Match[str]) -> str:
    return _without_middle(word[0], _LONGEST_PATH if "/" in word[0] else LONGEST_QUOTED)


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    end = (longest - 1) // 3
    return f"{text[: longest - 1 - end]}…{text[len(text) - end :]}"
