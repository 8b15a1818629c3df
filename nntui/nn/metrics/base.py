"""The base of all metrics and tallies, and the choice of what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nntui.settings import Configurable


@dataclass(frozen=True, slots=True)
class TallySize:
    """The sizes a tally allocates memory for."""

    batch_size: int
    outputs: int
    classes: int
    dtype: np.dtype
    samples: int
    """Rows of the split that is measured as a whole; 0 where the number is not bounded, as during training."""
    ranking: str
    """The score that ranks samples for a class: 'output', 'softmax' or 'margin', as in `Loss.ranking`."""


class Tally:
    """Numbers accumulated batch by batch, from which metrics are computed; a batch allocates nothing."""

    def __init__(self, size: TallySize) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        """Forgets all batches."""
        raise NotImplementedError

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        """Adds a batch: outputs (n, k), labels and predicted labels int64 (n,), whether they agree bool (n,)."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """The state that `restore` takes, as JSON types; no two tallies share a key."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a saved state."""


class Metric(Configurable):
    """How good the predictions are, as one number."""

    task: ClassVar[str] = "classification"
    higher_is_better: ClassVar[bool] = True
    """Whether more is better."""
    whole_split: ClassVar[bool] = False
    """Whether it needs all predictions of a split at once; it is then measured on the validation split only."""
    fewest_classes: ClassVar[int] = 2
    """With fewer classes it is meaningless."""
    default: ClassVar[bool] = False
    """Whether it is measured where no metrics are named."""
    tally: ClassVar[type]
    """The kind of tally it is computed from."""

    @classmethod
    def why_undefined(cls, class_counts: Sequence[int], *, constant_targets: bool) -> str | None:
        """Why it has no value on a split, whatever the outputs; None where it has one.

        `class_counts` are the split's samples of each class, () for regression; `constant_targets` says whether each
        target of a regression is the same in all rows.
        """
        return None

    def value(self, tally: Any) -> float:
        """The metric of a tally of at least one sample; NaN where it is not defined."""
        raise NotImplementedError


def named_metrics(text: str) -> tuple[str, ...]:
    """The names in a text such as 'accuracy, f1', whether they are known or not."""
    return tuple(name.strip() for name in text.split(","))


def chosen_metrics(text: str | None, task: str) -> tuple[str, ...]:
    """The names of the metrics that `text` asks for; for None, the defaults of the task."""
    if text is not None:
        return named_metrics(text)
    return tuple(name for name, metric in Metric.members().items() if metric.default and metric.task == task)
