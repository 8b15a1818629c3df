"""Events, logs and run directories to test with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from nntui.runs.directory import RunDirectory
from nntui.runs.events import EpochEnded, RunEnded, RunStarted, Step


def step(number: int, *, epoch: int = 1, loss: float = 0.5) -> Step:
    return Step(step=number, epoch=epoch, time=1.7e9 + number, loss=loss, learning_rate=0.001, accuracy=0.25)


def started(*, from_step: int = 0, epoch: int = 0, epochs: int = 20) -> RunStarted:
    return RunStarted(
        step=from_step, epoch=epoch, time=1.7e9, from_step=from_step, model="digits", epochs=epochs, steps_per_epoch=10,
        batch_size=32, train_samples=320, val_samples=80, parameters=10, task="classification", classes=["a", "b"],
        layers=["dense_1"], metrics=["accuracy"], pid=1, versions={"nntui": "0.1.0"},
    )  # fmt: skip


def epoch_ended(number: int, *, best: bool = False, **metrics: float) -> EpochEnded:
    return EpochEnded(
        step=number * 10, epoch=number, time=1.7e9, metrics=metrics or {"loss": 1 / number}, learning_rate=0.001,
        seconds=0.1, samples_per_second=1e5, best=best, confusion=[[1, 2], [3, 4]],
    )  # fmt: skip


def ended(reason: str = "finished", number: int = 10) -> RunEnded:
    return RunEnded(step=number, epoch=1, time=1.7e9, reason=reason, message="all epochs done")


def long_log_lines(lines: int) -> Iterator[str]:
    """The step lines of a long run, in the form the worker writes them."""
    for index in range(lines):
        record = {
            "event": "step", "step": index + 1, "epoch": index // 200 + 1, "time": round(1.7e9 + index / 100, 3),
            "loss": round(2 / (1 + index % 997), 5), "learning_rate": 0.001, "accuracy": index % 100 / 100, "count": 1,
        }  # fmt: skip
        yield json.dumps(record, separators=(",", ":")) + "\n"


def new_run(root: Path, name: str = "run-20250101-120000") -> RunDirectory:
    run = RunDirectory(root / name)
    run.checkpoints_path.mkdir(parents=True)
    return run
