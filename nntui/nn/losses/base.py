"""The base of all losses: buffers, labels as rows of targets, and class weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.settings import Configurable


def balanced_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """A weight for each class, float64 (classes,), from labels (n,): n / (classes · samples of the class).

    The mean weight over all labels is 1. Classes without samples get weight 0 and are not counted. The same as
    scikit-learn's compute_class_weight("balanced"), which refuses classes without samples.
    """
    counts = np.bincount(labels, minlength=classes)
    occurring = np.count_nonzero(counts)
    return np.divide(len(labels), occurring * counts, out=np.zeros(classes), where=counts > 0)


@dataclass
class Loss(Configurable):
    """A measure of how wrong the outputs are."""

    applies: ClassVar[str] = ""
    """The last layer's function where the loss includes it, 'softmax' or 'sigmoid'; '' where it includes none."""
    threshold: ClassVar[float] = 0.5
    """A single output above this means the second of two classes."""
    ranking: ClassVar[str] = "output"
    """The score that ranks samples for a class: the class's own 'output', its probability by 'softmax', or, where only
    differences of a sample's outputs are meaningful, the 'margin' of its output over the largest other."""
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    formula: ClassVar[str]

    def build(
        self, *, batch_size: int, outputs: int, classes: int, dtype: np.dtype, class_weights: np.ndarray | None = None
    ) -> None:
        """Allocates buffers for batches of (n, outputs); `classes` is 0 for regression.

        Class labels become rows of targets: one-hot where there is an output for each class, 0 or 1 where two classes
        share one output. With `class_weights` (classes,), at least 0, each row is weighted by its class and the sum
        divided by the number of rows, Σw·L / n, as in Keras: a batch with a rare class has a larger gradient, and
        batches of any size add up to the same epoch. PyTorch divides a batch by the sum of its own weights, Σw·L / Σw.
        """
        self._gradient = np.zeros((batch_size, outputs), dtype)
        self._scratch = np.zeros((batch_size, outputs), dtype)
        self._row = np.zeros((batch_size, 1), dtype)
        self._targets = np.zeros((batch_size, outputs), dtype)
        self._last_gradient = self._gradient
        self._class_targets: np.ndarray | None = self._target_table(outputs, classes, dtype) if classes else None
        self._class_weights = None
        if class_weights is not None:
            self._class_weights = np.array(class_weights, dtype).reshape(-1, 1)
            self._weights = np.zeros((batch_size, 1), dtype)

    def _target_table(self, outputs: int, classes: int, dtype: np.dtype) -> np.ndarray:
        """The row of targets for each class, (classes, outputs)."""
        return np.eye(classes, dtype=dtype) if outputs == classes else np.array([[0], [1]], dtype)

    def target_rows(self, targets: np.ndarray) -> np.ndarray:
        """The targets as rows (n, outputs) in the network's dtype, for labels (n,) or targets (n, outputs)."""
        if self._class_targets is None:
            if targets.dtype == self._targets.dtype:
                return targets
            # Converted once: a ufunc on mixed dtypes would convert in buffers of its own at each use.
            converted = self._targets[: len(targets)]
            np.copyto(converted, targets, casting="same_kind")
            return converted
        return self._class_targets.take(targets, axis=0, out=self._targets[: len(targets)], mode="clip")

    def why_invalid(self, targets: np.ndarray) -> str | None:
        """Why these regression targets, (n, k), do not suit this loss; None where they do."""
        return None

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        """The mean loss of a batch: outputs (n, k), and labels int64 (n,) or targets float (n, k)."""
        raise NotImplementedError

    def backward(self) -> np.ndarray:
        """The gradient of the last `forward` with respect to its outputs, (n, k), in a buffer of the loss's own."""
        return self._last_gradient

    def probabilities(self, outputs: np.ndarray) -> np.ndarray | None:
        """The outputs as a new array of probabilities; None where this loss gives them no such meaning."""
        return None

    def _row_weights(self, targets: np.ndarray) -> np.ndarray | None:
        """The weight of each row (n, 1); None where all weights are equal."""
        if self._class_weights is None:
            return None
        return self._class_weights.take(targets, axis=0, out=self._weights[: len(targets)], mode="clip")
