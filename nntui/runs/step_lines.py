"""Fast parsing of the lines of `step` events, which are nearly all of a log, into one table of numbers.

Parsing a million lines into a million dicts takes longer than a person waits for a log to open. Lines that have the
same keys in the same order differ only in their numbers, so everything else is blanked out and the numbers are parsed
as one flat JSON array. Whatever does not match this template exactly is left to the ordinary parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import compress, repeat
from operator import contains

from pydantic_core import from_json

FIELDS = ("step", "epoch", "time", "loss", "learning_rate", "accuracy", "count")
_NEEDED = frozenset({"step", "epoch", "loss", "learning_rate"})
_PREFIX = b'{"event":"step",'
_KEY = re.compile(rb'"(\w+)":')
_NUMBER_BYTES = b"0123456789.+-E"
# A colon becomes a minus sign, which must stand right before a number, or the JSON is invalid. So the grammar itself
# refuses a number inside a key, a missing number and a second number.
_BLANK = bytes(
    ord("-")
    if byte == ord(":")
    else ord(",")
    if byte == ord("\n")
    else byte
    if byte in b"0123456789.+-E,"
    else ord(" ")
    for byte in range(256)
)


@dataclass(frozen=True, slots=True)
class StepTable:
    """The numbers of `step` lines."""

    fields: tuple[str, ...]
    """Names of the columns, a selection of FIELDS, in the order of the lines."""
    rows: int
    negated: list[float]
    """`rows` times `len(fields)` numbers, row by row, with inverted sign; ints where the line has an int."""


def parse_steps(block: bytes, *, one_in: int = 1) -> tuple[StepTable, bytes] | None:
    """The table of the `step` lines in a block of whole lines, and the other lines in their order.

    None unless every line that begins like a `step` line has the first one's keys and plain numbers: null, negative or
    missing numbers, other keys, white space and damage all lead to None. The values are not checked: a step may be
    1.5 or 10^400. With `one_in` above 1 only one of every `one_in` `step` lines is checked and in the table.
    """
    pieces = (b"\n" + block[:-1]).split(b"\n" + _PREFIX)
    others = [pieces.pop(0)]
    fields = _fields(pieces[0]) if pieces else None
    if fields is None:
        return None
    for index in list(compress(range(len(pieces)), map(contains, pieces, repeat(b"\n")))):
        end = pieces[index].index(b"\n")
        others.append(pieces[index][end:])
        pieces[index] = pieces[index][:end]
    if one_in > 1:
        # Counted from the end, so that the newest is included.
        pieces = pieces[::-one_in][::-1]
        fields = _fields(pieces[0])
        if fields is None:
            return None
    numbers = _numbers(pieces, fields)
    if numbers is None:
        return None
    return StepTable(fields, len(pieces), numbers), b"".join(others)[1:] + b"\n" if any(others) else b""


def _numbers(pieces: list[bytes], fields: tuple[str, ...]) -> list[float] | None:
    bare = b"\n".join(pieces)
    template = b",".join(b'"%s":' % name.encode() for name in fields) + b"}\n"
    template = (template * len(pieces))[:-1]
    # The e of an exponent also occurs in names; a capital E belongs to a number.
    if b"e-" in pieces[0] or bare.translate(None, _NUMBER_BYTES) != template:
        bare = bare.replace(b"e-", b"E-")
        if bare.translate(None, _NUMBER_BYTES) != template:
            return None
    try:
        numbers = from_json(b"[" + bare.translate(_BLANK) + b"]", allow_inf_nan=False)
    except ValueError:
        return None
    return numbers if len(numbers) == len(pieces) * len(fields) else None


def _fields(line: bytes) -> tuple[str, ...] | None:
    names = tuple(name.decode("ascii", "replace") for name in _KEY.findall(line.partition(b"\n")[0]))
    usable = len(set(names)) == len(names) and _NEEDED <= set(names) <= set(FIELDS)
    return names if usable else None
