"""The fast lane for logs: lines of `step` events, which are nearly all of a log, as one table of numbers.

Parsing a million lines into a million dicts takes longer than a person waits for a log to open. Lines that all have the
same keys in the same order hold nothing new but their numbers, so the rest is blanked out and the numbers are parsed
as one flat JSON array. Whatever does not fit this picture exactly is refused and takes the way of all other lines.
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
# A colon becomes a minus sign: it must then stand right before a number, or the JSON is invalid. So a number inside
# a key, a missing number and a second number are all refused by the grammar itself.
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
    """`step` lines as numbers."""

    fields: tuple[str, ...]
    """Names of the columns, out of FIELDS, in the order of the lines."""
    rows: int
    negated: list[float]
    """`rows` times `len(fields)` numbers, row by row, each with its sign turned; ints where the line has an int."""


def parse_steps(block: bytes, *, one_in: int = 1) -> tuple[StepTable, bytes] | None:
    """The table of the `step` lines in a block of whole lines, and the other lines, whole, in their order.

    None unless every line that begins like a `step` line has the first one's keys and plain numbers: null, negative and
    missing numbers, other keys, white space and damage. What the numbers mean is not looked at: a step may come out
    as 1.5 or 10^400. With `one_in` above 1 only every so many of the `step` lines are looked at and in the table.
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
        # From the end, so that the newest is among them.
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
    picture = b",".join(b'"%s":' % name.encode() for name in fields) + b"}\n"
    picture = (picture * len(pieces))[:-1]
    # The e of an exponent is also in the names: as a capital it counts as a number's.
    if b"e-" in pieces[0] or bare.translate(None, _NUMBER_BYTES) != picture:
        bare = bare.replace(b"e-", b"E-")
        if bare.translate(None, _NUMBER_BYTES) != picture:
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
