"""Numbers as people type them, in a field of the form or on the command line."""

from __future__ import annotations


def typed_number(text: str, *, whole: bool) -> int | float | str:
    """The number a text stands for, an int where `whole` is asked for and written; the text itself where it is none.

    Python also reads 1_000 and the digits of other scripts, which hardly anyone means to type: those stay texts.
    """
    if "_" in text or not text.isascii():
        return text
    for kind in (int, float) if whole else (float,):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
