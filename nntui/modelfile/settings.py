"""The `[training]` table of a model file."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.losses import Loss
from nntui.nn.metrics import Metric
from nntui.nn.optimizers import Adam, Optimizer
from nntui.nn.schedules import Schedule
from nntui.settings import setting

MONITORS = (
    "val_loss",
    *(f"val_{name}" for name in Metric.names()),
    "loss",
    *(name for name, metric in Metric.members().items() if not metric.whole_split),
)
"""The metrics that early stopping and the best checkpoint can depend on."""
HIGHER_IS_BETTER = frozenset(
    f"{prefix}{name}" for name, metric in Metric.members().items() if metric.higher_is_better for prefix in ("", "val_")
)
"""The monitors of which higher is better."""


@dataclass(frozen=True)
class EarlyStopping:
    """Ends the run when the monitored metric has stopped improving, and restores the best epoch."""

    patience: int = setting(
        5, minimum=1, maximum=1_000_000, unit="epochs", help="How long to wait for something better."
    )
    min_delta: float = setting(0.0, minimum=0, help="The least change that counts as better.")
    restore_best: bool = setting(True, help="End with the weights of the best epoch, not of the last.")


@dataclass(frozen=True)
class Checkpoints:
    """Which epochs stay on disk besides the best and the last, which hold everything a resumed run needs."""

    every: int = setting(
        1, minimum=0, maximum=10_000_000, unit="epochs",
        help="Keep the weights of each n-th epoch: 1 of all, 0 of none but the best and the last.",
    )  # fmt: skip
    cap: float = setting(
        8.0, minimum=0, maximum=1_000_000, unit="MB",
        help="What all epochs may take; beyond it they are thinned out evenly, never the first, the best and the last.",
    )  # fmt: skip


@dataclass(frozen=True)
class TrainingSettings:
    """How the network is trained."""

    epochs: int = setting(20, minimum=1, maximum=10_000_000, help="How many times to go through the training split.")
    batch_size: int = setting(
        32, minimum=1, maximum=1_000_000, unit="samples", help="How many samples each step looks at."
    )
    optimizer: Optimizer = setting(factory=Adam, help="How a gradient becomes a step.")
    schedule: Schedule | None = setting(
        None, help="How the learning rate changes as training goes on.", absent="a constant learning rate"
    )
    loss: Loss | None = setting(None, help="How wrong the outputs are, as one number.", absent="chosen by the task")
    early_stopping: EarlyStopping | None = setting(
        None, help="End the run when it has stopped getting better.", absent="train all epochs"
    )
    metrics: str | None = setting(
        None, is_names=True, absent="accuracy, or mae, rmse, r2 for a regression",
        help=f"What is measured besides the loss, with commas between: {', '.join(Metric.names())}. For the training "
        "split over the batches as they are learned from, with dropout on; for validation (val_...) after the epoch.",
    )  # fmt: skip
    monitor: str | None = setting(
        None, choices=MONITORS, help="The metric that tells the best epoch.",
        absent="val_loss, or loss without validation",
    )  # fmt: skip
    checkpoints: Checkpoints | None = setting(
        None, help="Which epochs stay on disk; beyond 8 MB they are thinned out evenly.", absent="all, up to 8 MB"
    )
    class_weights: str | None = setting(
        None, choices=("balanced",), absent="all samples count the same",
        help="balanced: in training, rare classes count more, so that all weigh the same. A batch is divided by its "
        "samples, as in Keras; PyTorch divides by their weights. val_loss is without weights.",
    )  # fmt: skip
    l1: float = setting(
        0.0,
        minimum=0,
        maximum=1000,
        help="Pulls weights to exactly zero: minimizes loss + l1·Σ|w|; the loss that is reported is without.",
    )
    l2: float = setting(
        0.0,
        minimum=0,
        maximum=1000,
        help="Keeps weights small: minimizes loss + l2/2·Σw²; the loss that is reported is without.",
    )
    clip_value: float | None = setting(
        None, above=0, help="Cuts each number of a gradient to at most this size.", absent="no clipping"
    )
    clip_norm: float | None = setting(
        None, above=0, help="Scales a gradient longer than this down to it.", absent="no clipping"
    )
    accumulate: int = setting(
        1, minimum=1, maximum=1_000_000, unit="batches",
        help="How many batches make one step: as one batch that many times as large, in less memory.",
    )  # fmt: skip
    ema: float | None = setting(
        None, above=0, below=1, absent="the weights as they are trained",
        help="Averages the weights, keeping this share a step: what is evaluated, saved and brought by restore_best.",
    )  # fmt: skip
    seed: int = setting(
        0, minimum=0, maximum=2**53, help="Where all randomness starts: the same seed, the same result."
    )
    workers: int | None = setting(
        None, minimum=1, maximum=64, unit="processes", help="How many share each batch; equal workers, equal results.",
        absent="as many as make it faster, found by measuring",
    )  # fmt: skip
