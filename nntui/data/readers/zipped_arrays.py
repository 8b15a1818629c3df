"""The arrays of an NPZ file, one by one, with their sizes checked first; nothing is ever unpickled."""

from __future__ import annotations

import math
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import IO

import numpy as np
from numpy.lib import format as npy

from nntui.data.errors import DataError, shown, source_error
from nntui.data.readers.gunzip import can_hold
from nntui.data.readers.outline import MAX_BYTES

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError)
_BAD_HEADER = (ValueError, TypeError, SyntaxError, LookupError, AttributeError, MemoryError, OverflowError, TokenError)
_PLAIN_KINDS = "biufUS"


@dataclass(frozen=True, slots=True)
class ArrayHeader:
    """The claims of an array's header."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype

    @property
    def size(self) -> int:
        """Bytes of data."""
        return math.prod(self.shape) * self.dtype.itemsize


class ZippedArrays:
    """An NPZ file opened for reading; a context manager.

    DataError where it is not a zip file, and for arrays that cannot be read. At most `budget` bytes are read in all.
    """

    def __init__(self, path: Path, budget: int = MAX_BYTES) -> None:
        self._path = path
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(path)
        except (*_DAMAGE, ValueError) as error:
            raise source_error(f"{path.name}: not an NPZ file, or a damaged one ({error})") from None
        self._members = {info.filename.removesuffix(".npy"): info for info in self._zip.infolist()}

    def __enter__(self) -> ZippedArrays:
        return self

    def __exit__(self, *exception: object) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays without '.npy', in the order of the file."""
        return tuple(self._members)

    def header(self, name: str) -> ArrayHeader:
        """The header of an array, checked against what the file can hold."""
        with self._open(name) as member:
            return self._header(name, member)

    def read(self, name: str) -> np.ndarray:
        """The array, in native byte order and C order."""
        with self._open(name) as member:
            header = self._header(name, member)
            self._budget -= header.size
            if self._budget < 0:
                raise self._problem(name, f"its {header.size:,} bytes are more than the {MAX_BYTES:,} that are read")
            data = bytearray(header.size)
            try:
                count = _fill(member, memoryview(data))
            except _DAMAGE as error:
                raise self._problem(name, f"damaged ({error})") from None
        if count != header.size:
            raise self._problem(name, f"cut off: {count:,} of {header.size:,} bytes")
        flat = np.frombuffer(data, header.dtype) if header.size else np.empty(0, header.dtype)
        array = flat.reshape(header.shape[::-1]).T if header.fortran else flat.reshape(header.shape)
        return np.ascontiguousarray(array, header.dtype.newbyteorder("=")).reshape(header.shape)

    def head(self, name: str, rows: int) -> np.ndarray:
        """At most the first `rows` rows of an array; an array in Fortran order is read whole."""
        with self._open(name) as member:
            header = self._header(name, member)
            if header.fortran or not header.shape:
                return self.read(name)[:rows]
            shape = (min(rows, header.shape[0]), *header.shape[1:])
            data = bytearray(math.prod(shape) * header.dtype.itemsize)
            try:
                count = _fill(member, memoryview(data))
            except _DAMAGE as error:
                raise self._problem(name, f"damaged ({error})") from None
        if count != len(data):
            raise self._problem(name, f"cut off: {count:,} of {header.size:,} bytes")
        flat = np.frombuffer(data, header.dtype) if data else np.empty(0, header.dtype)
        return flat.reshape(shape).astype(header.dtype.newbyteorder("="), copy=False)

    def _open(self, name: str) -> IO[bytes]:
        info = self._members[name]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._problem(name, "packed in a way that NumPy does not use; save it with np.savez_compressed")
        try:
            return self._zip.open(info)
        except (*_DAMAGE, ValueError) as error:
            raise self._problem(name, f"damaged ({error})") from None

    def _header(self, name: str, member: IO[bytes]) -> ArrayHeader:
        info = self._members[name]
        try:
            # The header is a Python literal from an untrusted file: parsing it can warn and fail in many ways.
            with warnings.catch_warnings(action="ignore"):
                version = npy.read_magic(member)
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                header = ArrayHeader(*read(member))
        except (*_DAMAGE, *_BAD_HEADER) as error:
            raise self._problem(name, f"not a NumPy array ({type(error).__name__} in its header)") from None
        if header.dtype.hasobject:
            raise self._problem(name, "holds Python objects, which are not loaded from files; save plain numbers")
        if header.dtype.kind not in _PLAIN_KINDS or header.dtype.itemsize == 0:
            raise self._problem(name, f"holds {header.dtype} values, expected numbers or text")
        if any(type(length) is not int or length < 0 for length in header.shape) or len(header.shape) > 8:
            raise self._problem(name, f"claims the shape {header.shape}")
        held = info.file_size
        if info.compress_type == zipfile.ZIP_STORED:
            held = min(held, info.compress_size)
        on_disk = min(info.compress_size, self._path.stat().st_size)
        if header.size > held or not can_hold(on_disk, header.size):
            raise self._problem(name, f"its header claims {header.size:,} bytes, which the file cannot hold")
        return header

    def _problem(self, name: str, message: str) -> DataError:
        return source_error(f"{self._path.name}, array {shown(name)}: {message}")


def _fill(member: IO[bytes], buffer: memoryview) -> int:
    """Read until the buffer is full or the member ends; then read one more byte, so that zipfile checks the CRC."""
    filled = 0
    while filled < len(buffer):
        chunk = member.read(min(len(buffer) - filled, 2**20))
        if not chunk:
            break
        buffer[filled : filled + len(chunk)] = chunk
        filled += len(chunk)
    member.read(1)
    return filled
