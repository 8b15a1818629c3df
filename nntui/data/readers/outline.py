"""The results of a reader: the outline of a source, and its raw arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from nntui.data.input_schema import InputSchema

MAX_BYTES = 4 * 2**30
"""The largest array read, in bytes, and the largest file."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The facts about a source that are known without loading its inputs."""

    task: str
    input_shape: tuple[int, ...]
    rows: int
    """Rows to train on, or to split into train and val where the source brings no split of its own."""
    classes: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()
    """How many of `rows` belong to each class; () for regression."""
    targets: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    val_rows: int | None = None
    """Rows of the source's own validation split; None where it brings none."""
    val_class_counts: tuple[int, ...] = ()
    """How many of `val_rows` belong to each class; () for regression, and without a split of its own."""
    constant_targets: tuple[bool, bool] = (False, False)
    """Whether the targets of a regression are the same in all of `rows`, and in all of `val_rows`."""
    target: str = ""
    """In a table, the target column."""
    spread: float = 1.0
    """In a table, the range of the widest column of numbers divided by that of the narrowest."""
    may_be_ids: bool = False
    """Whether the inputs look like sequences of ids: rows of whole numbers wider than a byte."""
    merged: tuple[str, float, float] | None = None
    """An input and two of its values that are equal in 32 bits, where many of its values are affected."""
    merged_target: tuple[str, float, float] | None = None
    """The same for a target."""


@dataclass(frozen=True, eq=False, slots=True)
class RawData:
    """The arrays of a source as they are: x (n, *input_shape), y int64 labels (n,) or float targets (n, k)."""

    x: np.ndarray
    y: np.ndarray
    own_val: tuple[np.ndarray, np.ndarray] | None = None
    """x and y of the source's own validation split."""


class Reader(Protocol):
    """The functions of a reader module; `target` names a column, `task` overrides what its values suggest.

    With a `schema`, columns are read as the trained network expects them, whatever their own values suggest.
    """

    def outline(self, path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> Outline:
        """The outline of the file or folder, cached until it changes; DataError says what is wrong with it."""
        ...

    def read(self, path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> RawData:
        """The arrays of the file or folder; DataError as for `outline`, or where a value is not finite."""
        ...
