"""How many workers share a batch when nobody says: as many as make it quicker, found by trying."""

from __future__ import annotations

import dataclasses
import os
import statistics
import time

from nntui.data.dataset import Dataset
from nntui.spec.model import ModelSpec
from nntui.training.loop import Trainer

_WORTH_TRYING = 8_000_000
"""FLOPs of a forward pass over a batch: a third of a millisecond of a whole step. Below, one worker is quickest."""
_FEWEST_ROWS = 16
"""Of a part: fewer make narrow products, which are slow."""
_ROUNDS, _ROUND_SECONDS = 5, 0.006
_LEAST_GAIN = 1.1
"""What another worker must bring; less is within what one try differs from the next."""


def usable_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_worth_trying(flops_per_step: int, *, batch_size: int) -> bool:
    """Whether more than one worker may be quicker; `flops_per_step` is of the forward pass over a batch."""
    return usable_cores() > 1 and flops_per_step >= _WORTH_TRYING and batch_size >= 2 * _FEWEST_ROWS


def quickest_workers(spec: ModelSpec, dataset: Dataset) -> int:
    """Trains a few dozen steps with 1, 2, 4, ... workers on weights that are thrown away; the number to take.

    Two may differ between tries on a machine with busy neighbours: what is chosen must be written down.
    """
    batch_size = min(spec.training.batch_size, len(dataset.train))
    best, best_seconds, count = 1, _seconds_per_step(spec, dataset, 1), 2
    while count <= usable_cores() and batch_size // count >= _FEWEST_ROWS:
        seconds = _seconds_per_step(spec, dataset, count)
        if seconds * _LEAST_GAIN < best_seconds:
            best, best_seconds = count, seconds
        count *= 2
    return best


def _seconds_per_step(spec: ModelSpec, dataset: Dataset, workers: int) -> float:
    training = dataclasses.replace(spec.training, workers=workers)
    trainer = Trainer(dataclasses.replace(spec, training=training), dataset, clock=time.perf_counter)
    rounds = []
    with trainer.trying() as step:
        step()
        for _ in range(_ROUNDS):
            steps, began = 0, time.perf_counter()
            while (spent := time.perf_counter() - began) < _ROUND_SECONDS:
                step()
                steps += 1
            rounds.append(spent / steps)
    return statistics.median(rounds)
