"""Gradient check: backpropagation against central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Layer, Shape
from nntui.nn.layers.ids import id_readers
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential

TOLERANCE = 1e-5
_STEP = 1e-5
_ROUNDINGS = 8
"""By how many rounding errors two losses may differ that should be equal."""


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """How far the gradient of one array is from central differences."""

    name: str
    """'dense_1.weight', or 'input'."""
    checked: int
    """How many of its numbers were checked."""
    size: int
    error: float
    """The largest |a - n| / max(|a| + |n|, 1e-3 · the largest |n| of the array, the noise of rounding).

    a is the analytic and n the numeric derivative. 0 is perfect, 1 is opposite.
    """

    @property
    def passed(self) -> bool:
        """Whether the error is within TOLERANCE."""
        return self.error <= TOLERANCE


def check_gradients(
    layers: Sequence[Layer],
    loss: Loss,
    x: np.ndarray,
    targets: np.ndarray,
    *,
    classes: int,
    rng: np.random.Generator,
    at_most: int = 200,
) -> list[GradientCheck]:
    """Checks the gradients of a stack with a loss on one batch: of every parameter array and, unless it is ids, of x.

    x (n, *input_shape) and labels (n,) or targets (n, k); `classes` is 0 for regression. Of each array at most
    `at_most` numbers are checked, drawn by `rng`. Random layers draw the same numbers each time. Central differences
    are wrong where an activation's argument is at a kink (ReLU at 0), so parameters are moved slightly by `rng`.
    """
    input_shape: Shape = x.shape[1:]
    network = Sequential(
        layers, input_shape, batch_size=len(x), rng=rng.spawn(1)[0], dtype=np.float64, input_gradient=True
    )
    # Biases may start at zero, where a ReLU of zero inputs is at its kink.
    learned = network.arena.values[network.arena.learned]
    learned += 0.01 * rng.standard_normal(learned.size)
    inputs = np.array(x, np.float64)
    loss.build(batch_size=len(x), outputs=network.output_shape[0], classes=classes, dtype=network.dtype)
    states = network.random_states()

    def value() -> float:
        network.set_random_states(states)
        return loss.forward(network.forward(inputs, training=True), targets)

    value()
    input_gradient = network.backward(loss.backward()).copy()
    arrays = {
        name: (network.arena.value(name), network.arena.gradient(name).copy()) for name in network.arena.learned_names
    }
    if next(id_readers(layers), None) is None:
        arrays["input"] = (inputs, input_gradient)
    return [_compare(name, array, grad, value, rng, at_most) for name, (array, grad) in arrays.items()]


def _compare(
    name: str,
    array: np.ndarray,
    gradient: np.ndarray,
    value: Callable[[], float],
    rng: np.random.Generator,
    at_most: int,
) -> GradientCheck:
    flat = array.reshape(-1)
    positions = np.arange(flat.size) if flat.size <= at_most else rng.choice(flat.size, at_most, replace=False)
    numeric = np.empty(len(positions))
    for index, position in enumerate(positions):
        original = flat[position]
        step = _STEP * max(1.0, abs(original))
        flat[position] = original + step
        above = value()
        flat[position] = original - step
        numeric[index] = (above - value()) / (2 * step)
        flat[position] = original
    analytic = gradient.reshape(-1)[positions]
    # Rounding of the loss: a gradient of zero (of a bias before a batch norm, say) is measured as this much noise.
    noise = _ROUNDINGS * np.finfo(float).eps * abs(value()) / (2 * _STEP)
    floor = max(1e-3 * float(np.max(np.abs(numeric), initial=0.0)), 1e-7, noise / TOLERANCE)
    error = np.abs(analytic - numeric) / np.maximum(np.abs(analytic) + np.abs(numeric), floor)
    return GradientCheck(name, len(positions), flat.size, float(np.max(error, initial=0.0)))
