"""Targets: whether the y of a source is classes or numbers, and the names of the classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.data.errors import DataError, source_error
from nntui.data.readers.finite import refuse_not_finite
from nntui.display.printable import printable

FEW = 20
"""Up to this many different whole numbers in a column are read as classes."""
MANY = 1000
"""More classes than this are refused: such a column names its rows."""
NAME_LENGTH = 60
"""Longer names of classes and columns are truncated."""


@dataclass(frozen=True, eq=False, slots=True)
class Targets:
    """y as a network learns it: for each split int64 labels (n,), or float64 targets (n, k)."""

    task: str
    parts: tuple[np.ndarray, ...]
    classes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def class_counts(self) -> tuple[int, ...]:
        """How often each class occurs in the first split."""
        return self._counts(0)

    @property
    def val_class_counts(self) -> tuple[int, ...]:
        """How often each class occurs in the second split; () where there is none."""
        return self._counts(1)

    @property
    def constant_targets(self) -> tuple[bool, bool]:
        """Whether the targets of the first split, and of the second, are the same in all rows."""
        constant = [not self.classes and bool((part == part[:1]).all()) for part in self.parts]
        return constant[0], len(constant) > 1 and constant[1]

    def _counts(self, part: int) -> tuple[int, ...]:
        if not self.classes or part >= len(self.parts):
            return ()
        return tuple(np.bincount(self.parts[part], minlength=len(self.classes)).tolist())


def looks_like_classes(distinct: int, rows: int, few: int = FEW) -> bool:
    """Whether `distinct` whole numbers in `rows` rows are classes: few values, each occurring twice on average."""
    return distinct <= few and (distinct <= 2 or rows >= 2 * distinct)


def class_name(value: float) -> str:
    """The name of a class that is a number: '3' for 3.0, '0.5' for 0.5."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def too_many_classes(what: str, most: int, path: str = "data.target") -> DataError:
    """The DataError for a target that has a new value in almost every row."""
    return DataError(path, f"{what} has more than {most} different values: too many for classes")


def read_targets(parts: list[np.ndarray], task: str | None) -> Targets:
    """Read y from arrays, one per split: numbers or text (n,) or (n, 1), one-hot rows (n, k), or targets (n, k).

    Whole numbers are classes up to 1000 different values in an integer array, 20 in a float array, unless `task` says
    otherwise.
    """
    for part in parts:
        if part.dtype.kind not in "biufUS" or part.ndim not in (1, 2) or 0 in part.shape[1:]:
            raise source_error(f"y has shape {part.shape} of {part.dtype}, expected numbers or text (rows,)")
        if part.ndim != parts[0].ndim or part.shape[1:] != parts[0].shape[1:]:
            raise source_error(f"y_train has shape {parts[0].shape} and y_test {part.shape}: expected the same columns")
        if part.dtype.kind == "f":
            refuse_not_finite(part, "y")
    parts = [part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part for part in parts]
    if parts[0].ndim == 2:
        return _columns(parts, task)
    if task == "regression":
        return _numbers(parts)
    distinct = _distinct(parts)
    if task == "classification" or parts[0].dtype.kind in "bUS" or _are_classes(distinct, parts):
        return _labels(distinct, parts)
    return _numbers(parts)


def _distinct(parts: list[np.ndarray]) -> np.ndarray:
    if len({part.dtype.kind in "US" for part in parts}) > 1:
        raise source_error("y is text in one split and numbers in the other")
    return _distinct_sorted(np.concatenate([_distinct_sorted(part) for part in parts]))


def _distinct_sorted(values: np.ndarray) -> np.ndarray:
    """The different values (n,) in ascending order, as numpy.unique, which would import numpy.ma at every start."""
    ordered = np.sort(values)
    return ordered[np.concatenate([np.ones(min(len(ordered), 1), bool), ordered[1:] != ordered[:-1]])]


def _are_classes(distinct: np.ndarray, parts: list[np.ndarray]) -> bool:
    whole = parts[0].dtype.kind != "f"
    if not whole and (distinct % 1 != 0).any():
        return False
    return looks_like_classes(len(distinct), sum(map(len, parts)), MANY if whole else FEW)


def _labels(distinct: np.ndarray, parts: list[np.ndarray]) -> Targets:
    if len(distinct) > MANY:
        raise too_many_classes("y", MANY, "data.source")
    if distinct.dtype.kind == "S":
        names = tuple(bytes(value).decode("utf-8", "replace") for value in distinct)
    elif distinct.dtype.kind in "bU":
        names = tuple(str(value) for value in distinct.tolist())
    else:
        names = tuple(class_name(value) for value in distinct.tolist())
    names = tuple(printable(name, NAME_LENGTH) for name in names)
    labels = tuple(np.searchsorted(distinct, part).astype(np.int64) for part in parts)
    return Targets("classification", labels, classes=names)


def _columns(parts: list[np.ndarray], task: str | None) -> Targets:
    if task != "regression" and all(_is_one_hot(part) for part in parts):
        labels = tuple(part.argmax(axis=1).astype(np.int64) for part in parts)
        return Targets("classification", labels, classes=tuple(str(label) for label in range(parts[0].shape[1])))
    if task == "classification":
        raise DataError("data.task", f"y has {parts[0].shape[1]} columns that are not one-hot: they are not classes")
    return _numbers(parts)


def _is_one_hot(part: np.ndarray) -> bool:
    if part.dtype.kind not in "biuf":
        return False
    return bool(((part == 0) | (part == 1)).all() and (part.sum(axis=1) == 1).all())


def _numbers(parts: list[np.ndarray]) -> Targets:
    if any(part.dtype.kind in "US" for part in parts):
        raise DataError("data.task", "y holds text: regression needs numbers")
    columns = tuple((part[:, None] if part.ndim == 1 else part).astype(np.float64) for part in parts)
    count = columns[0].shape[1]
    names = ("target",) if count == 1 else tuple(f"target_{number}" for number in range(1, count + 1))
    return Targets("regression", columns, targets=names)
