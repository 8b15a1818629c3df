"""NPZ files: x and y, or x_train, y_train, x_test and y_test.

x is (rows, features), (rows, time, features) as floats, (rows, height, width) as whole numbers, or (.., channels).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nntui.data.errors import DataError, shown, source_error
from nntui.data.input_schema import InputSchema, column_order
from nntui.data.readers.file_cache import cached_by_file, unreadable
from nntui.data.readers.finite import refuse_not_finite
from nntui.data.readers.outline import Outline, RawData
from nntui.data.readers.rounding import SAMPLE, first_merged
from nntui.data.readers.sample_shapes import sample_shape
from nntui.data.readers.targets import Targets, read_targets
from nntui.data.readers.zipped_arrays import ArrayHeader, ZippedArrays

_OWN_SPLIT = (("x_train", "y_train"), ("x_test", "y_test"))
_WHOLE = (("x", "y"),)
_SHORTEST_SEQUENCE = 8
"""Shorter rows of whole numbers are taken for the columns of a table, not for sequences of ids."""


@cached_by_file
def outline(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> Outline:
    """From the header of each x and the values of y; the columns of x are matched to a schema by position."""
    if target is not None:
        raise DataError("data.target", f"{path.name} holds arrays, not columns: leave target out")
    with ZippedArrays(path) as arrays:
        pairs = _pairs(path, arrays.names)
        headers = [arrays.header(x) for x, _ in pairs]
        head = arrays.head(pairs[0][0], SAMPLE) if _may_merge(headers[0]) else None
        targets = read_targets([arrays.read(y) for _, y in pairs], task)
    for (x, y), header, part in zip(pairs, headers, targets.parts, strict=True):
        _check(path, x, header, headers[0])
        if header.shape[0] != len(part):
            raise source_error(f"{path.name}: {x} has {header.shape[0]:,} rows and {y} has {len(part):,}")
    what = f"{path.name}, array {shown(pairs[0][0])}"
    shape = sample_shape(headers[0].shape, what, whole=headers[0].dtype.kind != "f")
    features = tuple(f"x{number}" for number in range(1, shape[-1] + 1)) if len(shape) != 3 else ()
    if schema is not None:
        column_order(path.name, features, schema.features)
    return Outline(
        task=targets.task,
        input_shape=shape,
        rows=headers[0].shape[0],
        classes=targets.classes,
        class_counts=targets.class_counts,
        val_class_counts=targets.val_class_counts,
        constant_targets=targets.constant_targets,
        targets=targets.targets,
        features=features,
        val_rows=headers[1].shape[0] if len(headers) > 1 else None,
        may_be_ids=_may_be_ids(headers[0]),
        merged=first_merged(head.reshape(-1, shape[-1]), features) if head is not None and features else None,
        merged_target=first_merged(targets.parts[0], targets.targets) if targets.targets else None,
    )


def _may_be_ids(header: ArrayHeader) -> bool:
    return (
        header.dtype.kind in "iu"
        and header.dtype.itemsize > 1
        and len(header.shape) == 2
        and header.shape[1] >= _SHORTEST_SEQUENCE
    )


def _may_merge(header: ArrayHeader) -> bool:
    """Whether inputs are numbers wider than 32 bits, and not images."""
    return header.dtype.kind in "iuf" and header.dtype.itemsize > 4 and 1 <= len(header.shape) <= 3


def read(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> RawData:
    """x stays uint8 where it is that, and is float32 or float64 otherwise."""
    shape = outline(path, target, task, schema).input_shape
    try:
        with ZippedArrays(path) as arrays:
            pairs = _pairs(path, arrays.names)
            targets: Targets = read_targets([arrays.read(y) for _, y in pairs], task)
            inputs = [_inputs(arrays.read(x), x, shape) for x, _ in pairs]
    except OSError as error:
        raise unreadable(path, error) from error
    if any(len(x) != len(y) for x, y in zip(inputs, targets.parts, strict=True)):
        raise source_error(f"{path.name} changed while it was read")
    own_val = (inputs[1], targets.parts[1]) if len(inputs) > 1 else None
    return RawData(inputs[0], targets.parts[0], own_val)


def _pairs(path: Path, names: tuple[str, ...]) -> list[tuple[str, str]]:
    by_lower = {name.lower(): name for name in names}
    for wanted in (_OWN_SPLIT, _WHOLE, _OWN_SPLIT[:1]):
        if all(name in by_lower for pair in wanted for name in pair):
            return [(by_lower[x], by_lower[y]) for x, y in wanted]
    found = ", ".join(shown(name, 30) for name in names[:8]) or "nothing"
    raise source_error(f"{path.name} holds {found}; expected x and y, or x_train, y_train, x_test and y_test")


def _check(path: Path, name: str, header: ArrayHeader, first: ArrayHeader) -> None:
    if header.dtype.kind not in "biuf":
        raise source_error(f"{path.name}: {name} holds {header.dtype} values, expected numbers")
    if header.shape[1:] != first.shape[1:] or not header.shape:
        raise source_error(f"{path.name}: x_train has shape {first.shape} and {name} {header.shape}, expected alike")


def _inputs(x: np.ndarray, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if x.dtype.kind == "f":
        refuse_not_finite(x, name)
    if x.dtype.name not in ("uint8", "float32", "float64"):
        x = x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
    return x.reshape(len(x), *shape)
