"""IDX files, the format of the MNIST family: a big-endian header and unsigned bytes, gzipped or not."""

from __future__ import annotations

import math
import re
import struct
import zlib
from pathlib import Path

from nntui.data.errors import source_error
from nntui.data.readers.gunzip import GZIP_MAGIC, can_hold, gunzip
from nntui.data.readers.outline import MAX_BYTES

NAME = re.compile(r"(?:.*-)?(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")
"""The MNIST family's file names: the split, images or labels, and '.gz' where it is compressed."""
_UNSIGNED_BYTE = 0x08


def read_shape(path: Path, dimensions: int) -> tuple[int, ...]:
    """The shape that the header claims; DataError where this is not an IDX file with that many dimensions."""
    with path.open("rb") as file:
        start = file.read(4096)
    return _shape(_inflate(start, 4 + 4 * dimensions, path), dimensions, path)


def read_content(path: Path, dimensions: int) -> tuple[tuple[int, ...], bytes]:
    """The shape, and the bytes including the header; DataError where header and contents do not agree.

    The claimed size is checked against the size of the file before anything of that size is allocated.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise source_error(f"{path.name}: {size:,} bytes are more than the {MAX_BYTES:,} that are read")
    start = 4 + 4 * dimensions
    data = path.read_bytes()
    shape = _shape(_inflate(data, start, path), dimensions, path)
    claimed = math.prod(shape)
    compressed = data[:2] == GZIP_MAGIC
    if claimed > MAX_BYTES or (compressed and not can_hold(len(data), claimed)):
        raise source_error(f"{path.name}: its header claims {claimed:,} bytes, which a file of {size:,} cannot hold")
    # One byte more than claimed, to see whether there is more and to let gzip verify its checksum.
    content = _inflate(data, start + claimed + 1, path)
    if len(content) != start + claimed:
        held = f"{len(content) - start:,}" if len(content) < start + claimed else "more"
        raise source_error(f"{path.name}: its header claims {claimed:,} bytes of data, it holds {held}")
    return shape, content


def _inflate(data: bytes, limit: int, path: Path) -> bytes:
    if data[:2] != GZIP_MAGIC:
        return data if len(data) <= limit else data[:limit]
    try:
        return gunzip(data, limit)
    except EOFError:
        raise source_error(f"{path.name}: the gzip data is cut off; fetch the file again") from None
    except zlib.error as error:
        raise source_error(f"{path.name}: the gzip data is damaged ({error}); fetch the file again") from None


def _shape(header: bytes, dimensions: int, path: Path) -> tuple[int, ...]:
    if len(header) < 4 or header[:2] != b"\0\0":
        raise source_error(f"{path.name}: not an IDX file (it starts with {header[:4].hex(' ') or 'nothing'})")
    kind, count = header[2], header[3]
    if kind != _UNSIGNED_BYTE:
        raise source_error(f"{path.name}: holds values of type 0x{kind:02x}, expected unsigned bytes (0x08)")
    if count != dimensions:
        raise source_error(f"{path.name}: has {count} dimensions, expected {dimensions}")
    if len(header) < 4 + 4 * dimensions:
        raise source_error(f"{path.name}: cut off within its header")
    return struct.unpack_from(f">{dimensions}I", header, 4)
