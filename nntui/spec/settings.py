"""The `[training]` table of a model file."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.losses import Loss
from nntui.nn.optimizers import Adam, Optimizer
from nntui.nn.settings import setting

_METRICS = ("loss", "accuracy", "mae", "rmse", "r2")
MONITORS = (*(f"val_{name}" for name in _METRICS), *_METRICS)
"""What early stopping and the best checkpoint can go by."""
RISING = frozenset({"accuracy", "val_accuracy", "r2", "val_r2"})
"""The monitors that get better upwards."""


@dataclass(frozen=True)
class EarlyStopping:
    """Ends the run when the monitored metric has stopped getting better, and goes back to its best epoch."""

    patience: int = setting(
        5, minimum=1, maximum=1_000_000, unit="epochs", help="How long to wait for something better."
    )
    min_delta: float = setting(0.0, minimum=0, help="The least change that counts as better.")
    restore_best: bool = setting(True, help="End with the weights of the best epoch, not of the last.")


@dataclass(frozen=True)
class TrainingSettings:
    """How the network is trained."""

    epochs: int = setting(20, minimum=1, maximum=10_000_000, help="How many times to go through the training split.")
    batch_size: int = setting(
        32, minimum=1, maximum=1_000_000, unit="samples", help="How many samples each step looks at."
    )
    seed: int = setting(
        0, minimum=0, maximum=2**53, help="Where all randomness starts: the same seed, the same result."
    )
    loss: Loss | None = setting(None, help="How wrong the outputs are, as one number.", absent="chosen by the task")
    monitor: str | None = setting(
        None, choices=MONITORS, help="The metric that tells the best epoch.",
        absent="val_loss, or loss without validation",
    )  # fmt: skip
    l1: float = setting(0.0, minimum=0, maximum=1000, help="Pulls weights to exactly zero: adds l1·Σ|w| to the loss.")
    l2: float = setting(0.0, minimum=0, maximum=1000, help="Keeps weights small: adds l2/2·Σw² to the loss.")
    clip_norm: float | None = setting(
        None, above=0, help="Scales a gradient longer than this down to it.", absent="no clipping"
    )
    workers: int | None = setting(
        None, minimum=1, maximum=64, unit="threads", help="How many share each batch; equal workers, equal results.",
        absent="chosen by the size of the network and the machine",
    )  # fmt: skip
    optimizer: Optimizer = setting(factory=Adam, help="How a gradient becomes a step.")
    early_stopping: EarlyStopping | None = setting(
        None, help="End the run when it has stopped getting better.", absent="train all epochs"
    )
