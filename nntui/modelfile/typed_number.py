"""Parsing numbers that people type in a form or on the command line."""

from __future__ import annotations


def typed_number(text: str, *, whole: bool) -> int | float | str:
    """The number in a text, an int if `whole` is true and it is written as one; the text itself if it is not a number.

    Python also accepts 1_000 and the digits of other scripts, which hardly anyone types on purpose: they stay texts.
    """
    if "_" in text or not text.isascii():
        return text
    for kind in (int, float) if whole else (float,):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
