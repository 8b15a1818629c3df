"""Named arrays and JSON metadata in one safetensors file: no pickle, nothing is ever executed.

A file may come from a stranger or be truncated: the whole header is checked against the file's size before anything is
read, nothing is memory-mapped, and every array read is a fresh, writable copy.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as serialize

from nntui.files import NotAFileError, open_regular, write_atomically
from nntui.runs.directory import RunsError, problem

_KEY = "nntui"
_LARGEST_HEADER = 1 << 24
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
_SAVED = frozenset(np.dtype(code) for code in _DTYPES.values())


class CheckpointError(RunsError):
    """A checkpoint that cannot be written, or a file that is not one; its text is one line."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def save(path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any], *, durable: bool = False) -> None:
    """Write arrays (bool, ints, float16 to 64; any shape and layout) and JSON metadata, replacing `path` atomically.

    `durable` syncs to disk. CheckpointError if it cannot be written; an old file is then unchanged.
    """
    arrays = {}
    for name, tensor in tensors.items():
        dtype = tensor.dtype.newbyteorder("<")
        if dtype not in _SAVED:
            raise CheckpointError(f"{path}: tensor {name!r}: cannot save dtype {tensor.dtype}")
        arrays[name] = np.asarray(tensor, dtype, order="C")
    content = serialize(arrays, metadata={_KEY: json.dumps(metadata)})
    try:
        write_atomically(path, content, durable=durable)
    except OSError as error:
        raise CheckpointError(f"cannot write {problem(path, error)}") from error


def load(path: Path, *, limit: int = 1 << 32) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the metadata of a file written by `save`, or any safetensors file (metadata {}).

    CheckpointError if it is missing, damaged, larger than `limit` bytes, or not a regular file.
    """
    descriptor, size = _open(path, limit)
    try:
        layout, metadata, start = _read_header(path, descriptor, size)
        return {tensor.name: _read_tensor(path, descriptor, tensor, start) for tensor in layout}, metadata
    except OSError as error:
        raise CheckpointError(f"cannot read {problem(path, error)}") from error
    finally:
        os.close(descriptor)


def load_metadata(path: Path) -> dict[str, Any]:
    """The metadata alone; the header is checked against the file's size. CheckpointError as in `load`."""
    descriptor, size = _open(path, None)
    try:
        return _read_header(path, descriptor, size)[1]
    except OSError as error:
        raise CheckpointError(f"cannot read {problem(path, error)}") from error
    finally:
        os.close(descriptor)


def is_readable(path: Path) -> bool:
    """Whether `path` is an undamaged tensor file, judged by its header and size."""
    try:
        load_metadata(path)
    except CheckpointError:
        return False
    return True


def _open(path: Path, limit: int | None) -> tuple[int, int]:
    try:
        descriptor = open_regular(path)
    except IsADirectoryError as error:
        raise CheckpointError(f"{path}: expected a file, got a directory") from error
    except NotAFileError as error:
        raise CheckpointError(f"{path}: expected a file") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CheckpointError(f"{path}: expected a file, got a symbolic link") from error
        raise CheckpointError(f"cannot read {problem(path, error)}") from error
    size = os.fstat(descriptor).st_size
    if limit is not None and size > limit:
        os.close(descriptor)
        raise CheckpointError(f"{path}: expected at most {limit:,} bytes, got {size:,}")
    return descriptor, size


def _read_header(path: Path, descriptor: int, size: int) -> tuple[list[_Tensor], dict[str, Any], int]:
    length = int.from_bytes(os.pread(descriptor, 8, 0), "little")
    if size < 8 or length > min(size - 8, _LARGEST_HEADER):
        raise CheckpointError(f"{path}: not a checkpoint: a header of {length} bytes in a file of {size}")
    try:
        header = json.loads(os.pread(descriptor, length, 8))
        described = header.pop("__metadata__", {})
        metadata = json.loads(described.get(_KEY, "{}"))
        layout = [_tensor(name, entry) for name, entry in header.items()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path}: not a checkpoint: its header is damaged ({_brief(error)})") from error
    if not isinstance(metadata, dict):
        raise CheckpointError(f"{path}: not a checkpoint: its metadata is not an object")
    position = 0
    for tensor in sorted(layout, key=lambda tensor: (tensor.begin, tensor.end)):
        if tensor.begin != position:
            raise CheckpointError(f"{path}: damaged: tensor {tensor.name[:40]!r} is not where the one before it ends")
        position = tensor.end
    if position != size - 8 - length:
        raise CheckpointError(f"{path}: damaged: expected {8 + length + position} bytes, got {size}")
    return layout, metadata, 8 + length


def _tensor(name: str, entry: dict[str, Any]) -> _Tensor:
    dtype, shape, (begin, end) = _DTYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
    if type(shape) is not list or any(type(number) is not int or number < 0 for number in (*shape, begin, end)):
        raise ValueError(f"tensor {name[:40]!r}: bad shape or offsets")
    if len(shape) > 32 or end - begin != math.prod(shape) * np.dtype(dtype).itemsize:
        raise ValueError(f"tensor {name[:40]!r}: its shape and its size differ")
    return _Tensor(name, dtype, tuple(shape), begin, end)


def _read_tensor(path: Path, descriptor: int, tensor: _Tensor, start: int) -> np.ndarray:
    try:
        array = np.empty(tensor.shape, tensor.dtype)
    except (ValueError, OverflowError, MemoryError) as error:
        raise CheckpointError(f"{path}: tensor {tensor.name[:40]!r}: {_brief(error)}") from error
    content = array.reshape(-1).view(np.uint8).data
    position = start + tensor.begin
    while content:
        count = os.preadv(descriptor, [content], position)
        if not count:
            raise CheckpointError(f"{path}: damaged: it was cut short while it was read")
        content, position = content[count:], position + count
    if array.dtype == np.bool_ and array.view(np.uint8).max(initial=0) > 1:
        raise CheckpointError(f"{path}: damaged: tensor {tensor.name[:40]!r} holds more than true and false")
    return array


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:120]
