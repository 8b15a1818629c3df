"""Choosing how many workers share a batch if the model file does not say: the fastest number, measured at the start."""

from __future__ import annotations

import dataclasses
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.training.loop import Trainer
from nntui.training.parallel.worker_pool import why_alone

_WORTH_TRYING = 8_000_000
"""FLOPs of a forward pass over a batch, a third of a millisecond of a whole step. Below, one worker is fastest."""
_FEWEST_ROWS = 16
"""Per part: with fewer, matrix products are narrow and slow."""
_ROUNDS, _ROUND_SECONDS = 5, 0.006


def usable_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_worth_trying(flops_per_step: int, *, batch_size: int) -> bool:
    """Whether more than one worker may be faster; `flops_per_step` counts the forward pass over a batch."""
    return usable_cores() > 1 and flops_per_step >= _WORTH_TRYING and batch_size >= 2 * _FEWEST_ROWS


def quickest_workers(spec: ModelSpec, dataset: Dataset) -> int:
    """The fastest number of workers, measured over a few dozen steps with 1, 2, 4, ... on weights that are discarded.

    The numbers take turns, so that a moment of load on the machine slows all of them. The result may vary on a busy
    machine, so the caller must store it. Returns 1 without measuring where processes cannot work together.
    """
    if why_alone():
        return 1
    seconds: dict[int, list[float]] = {count: [] for count in _counts(spec, dataset)}
    with ExitStack() as stack:
        steps = {count: stack.enter_context(_trainer(spec, dataset, count).timing_steps()) for count in seconds}
        for _ in range(_ROUNDS):
            for count, step in steps.items():
                seconds[count].append(_seconds_per_step(step))
    # On a tie the first, which has the fewest workers.
    return min(seconds, key=lambda count: statistics.median(seconds[count]))


def _counts(spec: ModelSpec, dataset: Dataset) -> list[int]:
    batch_size = min(spec.training.batch_size, len(dataset.train))
    counts = [1]
    while 2 * counts[-1] <= usable_cores() and batch_size // (2 * counts[-1]) >= _FEWEST_ROWS:
        counts.append(2 * counts[-1])
    return counts


def _trainer(spec: ModelSpec, dataset: Dataset, workers: int) -> Trainer:
    training = dataclasses.replace(spec.training, workers=workers)
    return Trainer(dataclasses.replace(spec, training=training), dataset, clock=time.perf_counter)


def _seconds_per_step(step: Callable[[], Any]) -> float:
    step()  # Wakes the workers, which fell asleep while other numbers had their turn.
    steps, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < _ROUND_SECONDS:
        step()
        steps += 1
    return spent / steps
