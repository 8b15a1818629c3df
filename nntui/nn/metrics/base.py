"""What all metrics have in common, and which of them are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nntui.settings import Configurable


@dataclass(frozen=True, slots=True)
class Extent:
    """What a tally must have room for."""

    batch_size: int
    outputs: int
    classes: int
    dtype: np.dtype
    samples: int
    """Rows of the split that is measured as a whole; 0 where rows come in without end, as while training."""
    ranking: str
    """By what samples are ranked for a class: 'output', 'softmax' or 'margin', as the loss has it."""


class Tally:
    """What is gathered of the batches, so that at the end metrics can be told; nothing is allocated for a batch."""

    def __init__(self, extent: Extent) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        """Forgets all batches."""
        raise NotImplementedError

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        """Takes in a batch: outputs (n, k), labels and predicted labels int64 (n,), whether they agree bool (n,)."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """What `restore` needs to go on from here, as JSON can hold it; keys of its own."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from where `state` was taken."""


class Metric(Configurable):
    """How good the answers are, as one number."""

    task: ClassVar[str] = "classification"
    higher_is_better: ClassVar[bool] = True
    """Whether more is better."""
    whole_split: ClassVar[bool] = False
    """Whether it needs all answers of a split at once: it is measured on the validation split only."""
    fewest_classes: ClassVar[int] = 2
    """With fewer it says nothing."""
    default: ClassVar[bool] = False
    """Whether it is measured where nobody says what to measure."""
    tally: ClassVar[type]
    """What it is computed from."""

    @classmethod
    def why_undefined(cls, class_counts: Sequence[int], *, constant_targets: bool) -> str | None:
        """Why it has no value on a split, whatever the outputs; None where it has one.

        `class_counts` are the split's samples of each class, () for regression; `constant_targets` says whether each
        target of a regression is the same in all its rows.
        """
        return None

    def value(self, tally: Any) -> float:
        """The metric of what was gathered, at least one sample; NaN where it is not defined."""
        raise NotImplementedError


def named_metrics(text: str) -> tuple[str, ...]:
    """The names in a text such as 'accuracy, f1', known or not."""
    return tuple(name.strip() for name in text.split(","))


def chosen_metrics(text: str | None, task: str) -> tuple[str, ...]:
    """The names of what is measured besides the loss; for None, what is usual for the task."""
    if text is not None:
        return named_metrics(text)
    return tuple(name for name, metric in Metric.members().items() if metric.default and metric.task == task)
