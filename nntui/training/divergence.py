"""Divergence: finding where the first non-finite number came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.nn.network import Sequential
from nntui.runs.events import RunEnded


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of the first non-finite value."""

    layer: str | None
    """None for the loss itself."""
    quantity: str
    """output, gradient, weight or loss."""
    step: int

    def __str__(self) -> str:
        where = f"the {self.quantity} of {self.layer}" if self.layer else "the loss"
        return f"{where} is not finite at step {self.step}"

    def run_ended(self, *, epoch: int, best_epoch: int, advice: str) -> RunEnded:
        """The event that ends the run for this reason."""
        return RunEnded(
            step=self.step,
            epoch=epoch,
            reason="diverged",
            message=f"{self}; {advice}",
            best_epoch=best_epoch,
            layer=self.layer,
            quantity=self.quantity,
        )


def origin_of_divergence(network: Sequential, x: np.ndarray, last_step: int) -> Origin:
    """Retraces the computation in the order it ran, and returns the first non-finite quantity.

    `x` is the batch with the non-finite loss, and `last_step` the last update made. Non-finite weights come from that
    update: from its gradient, whose backward pass runs from the last layer to the first, or, if that is finite, from
    the optimizer's step. If the weights are finite, the forward pass on `x`, in the step after it, is the origin.
    """
    arena = network.arena
    with np.errstate(all="ignore"):
        if not np.isfinite(arena.values).all():
            for name in reversed(list(arena.specs)):
                if not np.isfinite(arena.gradient(name)).all():
                    return Origin(name.rpartition(".")[0], "gradient", last_step)
            for name in arena.specs:
                if not np.isfinite(arena.value(name)).all():
                    return Origin(name.rpartition(".")[0], "weight", last_step)
        for name, output in network.trace(x):
            if not np.isfinite(output).all():
                return Origin(name, "output", last_step + 1)
    return Origin(None, "loss", last_step + 1)


def advice(spec: ModelSpec, dataset: Dataset, rate: float) -> str:
    """What to try after training with this learning rate has diverged."""
    if not has_scaled_inputs(spec, dataset):
        return f"try a learning rate below {rate:g}, or data.standardize = true"
    return f"try a learning rate below {rate:g}, or training.clip_norm = 1.0"


def has_scaled_inputs(spec: ModelSpec, dataset: Dataset) -> bool:
    """Whether the inputs are standardized, or are pixels, which are scaled to 0..1."""
    return spec.data.standardize or dataset.train.x.dtype == np.uint8
