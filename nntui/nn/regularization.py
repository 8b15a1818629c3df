"""Regularization on the arena: L1 and L2 pull weights towards zero; clipping bounds the gradient."""

from __future__ import annotations

import math

import numpy as np

from nntui.nn.arena import Arena
from nntui.nn.products import product_sum


class Regularizer:
    """Changes the arena's gradients between backpropagation and the optimizer's step.

    `l1` adds l1·Σ|w| and `l2` adds l2/2·Σw² to the objective, over weights and not biases; the reported loss leaves
    them out, so that training and validation compare. Then `clip_value` clips each number of the gradient to that size,
    and after it `clip_norm` scales the whole gradient down to that Euclidean norm where it is larger. 0, 0, None and
    None switch them off.
    """

    def __init__(
        self,
        arena: Arena,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        self.l1, self.l2, self.clip_value, self.clip_norm = l1, l2, clip_value, clip_norm
        self._weights = arena.values[arena.decaying]
        self._weight_gradients = arena.gradients[arena.decaying]
        self._gradients = arena.gradients[arena.learned]
        self._scratch = np.zeros_like(self._weights) if l1 or l2 else None

    @property
    def active(self) -> bool:
        """Whether it changes anything."""
        return self._scratch is not None or self.clip_value is not None or self.clip_norm is not None

    def apply(self) -> None:
        """Changes the gradients in place."""
        if self._scratch is not None:
            if self.l2:
                np.multiply(self._weights, self.l2, out=self._scratch)
                np.add(self._weight_gradients, self._scratch, out=self._weight_gradients)
            if self.l1:
                np.sign(self._weights, out=self._scratch)
                np.multiply(self._scratch, self.l1, out=self._scratch)
                np.add(self._weight_gradients, self._scratch, out=self._weight_gradients)
        if self.clip_value is not None:
            np.clip(self._gradients, -self.clip_value, self.clip_value, out=self._gradients)
        if self.clip_norm is not None:
            norm = gradient_norm(self._gradients)
            if norm > self.clip_norm:
                # In two steps, because the whole factor may underflow in the gradient's dtype.
                half = math.sqrt(self.clip_norm / norm)
                np.multiply(self._gradients, half, out=self._gradients)
                np.multiply(self._gradients, half, out=self._gradients)


def gradient_norm(gradients: np.ndarray) -> float:
    """The Euclidean norm of a vector (n,), correct for numbers of any size; NaN or infinite where it holds such."""
    return math.sqrt(product_sum(gradients, gradients))
