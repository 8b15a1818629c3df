"""Decompression that a small file cannot turn into a flood."""

from __future__ import annotations

import zlib

MAX_RATIO = 1032
"""Deflate cannot shrink data further than this, so a header that claims more than that lies."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31


def can_hold(compressed: int, claimed: int) -> bool:
    """Whether `compressed` bytes of deflate can hold `claimed` bytes."""
    return claimed <= (compressed + 1) * MAX_RATIO


def gunzip(data: bytes, limit: int) -> bytes:
    """The first `limit` bytes of a gzip file, or all it holds when that is less.

    zlib.error when it is damaged, EOFError when it is cut off before `limit` bytes and its end.
    """
    parts: list[bytes] = []
    missing = limit
    while missing > 0 and data[:2] == GZIP_MAGIC:
        member = zlib.decompressobj(wbits=_GZIP)
        part = member.decompress(data, missing)
        parts.append(part)
        missing -= len(part)
        if not member.eof:
            if missing > 0:
                raise EOFError
            break
        data = member.unused_data
    return parts[0] if len(parts) == 1 else b"".join(parts)
