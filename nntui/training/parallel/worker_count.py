"""How many workers share a batch when nobody says: as many as make it quicker, found by measuring at the start."""

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
"""FLOPs of a forward pass over a batch: a third of a millisecond of a whole step. Below, one worker is quickest."""
_FEWEST_ROWS = 16
"""Of a part: fewer make narrow products, which are slow."""
_ROUNDS, _ROUND_SECONDS = 5, 0.006


def usable_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_worth_trying(flops_per_step: int, *, batch_size: int) -> bool:
    """Whether more than one worker may be quicker; `flops_per_step` is of the forward pass over a batch."""
    return usable_cores() > 1 and flops_per_step >= _WORTH_TRYING and batch_size >= 2 * _FEWEST_ROWS


def quickest_workers(spec: ModelSpec, dataset: Dataset) -> int:
    """Trains a few dozen steps with 1, 2, 4, ... workers on weights that are thrown away; the number to take.

    They take turns, so that what slows the machine for a moment slows each of them. Two calls may differ on a machine
    with busy neighbours: what is chosen must be written down. 1, untried, where processes cannot work together.
    """
    if why_alone():
        return 1
    seconds: dict[int, list[float]] = {count: [] for count in _counts(spec, dataset)}
    with ExitStack() as stack:
        steps = {count: stack.enter_context(_trainer(spec, dataset, count).trying()) for count in seconds}
        for _ in range(_ROUNDS):
            for count, step in steps.items():
                seconds[count].append(_seconds_per_step(step))
    # The first of those that are equally quick, which has the fewest workers.
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
    step()  # Wakes the partners, who fell asleep while it was the others' turn.
    steps, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < _ROUND_SECONDS:
        step()
        steps += 1
    return spent / steps
