"""What a reader hands on: the outline of a source, and its raw arrays."""

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
    """What can be said of a source without its inputs in memory."""

    task: str
    input_shape: tuple[int, ...]
    rows: int
    """Rows to train on, or to split into train and val where the source brings no split of its own."""
    classes: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()
    """How many of `rows` each class has; () for regression."""
    targets: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    val_rows: int | None = None
    """Rows of the source's own validation split; None where it brings none."""
    val_class_counts: tuple[int, ...] = ()
    """How many of `val_rows` each class has; () for regression, and without a split of its own."""
    constant_targets: tuple[bool, bool] = (False, False)
    """Whether the targets of a regression are the same in all of `rows`, and in all of `val_rows`."""
    target: str = ""
    """In a table, the column that is learnt."""
    spread: float = 1.0
    """In a table, how many times wider than its narrowest column of numbers the widest one ranges."""
    may_be_ids: bool = False
    """Whether the inputs have the look of sequences of ids: rows of whole numbers wider than a byte."""
    merged: tuple[str, float, float] | None = None
    """An input and two of its values that 32 bits cannot tell apart, where many of its values are so."""
    merged_target: tuple[str, float, float] | None = None
    """The same of a target."""


@dataclass(frozen=True, eq=False, slots=True)
class RawData:
    """The arrays of a source as they are: x (n, *input_shape), y int64 labels (n,) or float targets (n, k)."""

    x: np.ndarray
    y: np.ndarray
    own_val: tuple[np.ndarray, np.ndarray] | None = None
    """x and y of the source's own validation split."""


class Reader(Protocol):
    """What every reader module offers; `target` names a column, `task` overrides the look of the target.

    Where names are `learnt`, columns are read by them and not by their own look.
    """

    def outline(self, path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> Outline:
        """The outline of the file or folder, remembered until it changes; DataError says what is wrong with it."""
        ...

    def read(self, path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> RawData:
        """The arrays of the file or folder; DataError as for `outline`, or when a value is not finite."""
        ...
