"""Decompression with a limit, as a protection against decompression bombs."""

from __future__ import annotations

import zlib

MAX_RATIO = 1032
"""Deflate cannot compress data further than this, so a header that claims more is wrong."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31


def can_hold(compressed: int, claimed: int) -> bool:
    """Whether `compressed` bytes of deflate can hold `claimed` bytes."""
    return claimed <= (compressed + 1) * MAX_RATIO


def gunzip(data: bytes, limit: int) -> bytes:
    """The first `limit` bytes of a gzip file, or all it holds where that is less.

    zlib.error where it is damaged, EOFError where it is cut off before its end and before `limit` bytes.
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
