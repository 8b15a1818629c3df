"""Measuring the memory that training takes, for comparison with the estimate."""

from __future__ import annotations

import dataclasses
import resource
import sys
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.training.loop import Trainer


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory that training takes."""

    reckoned_bytes: int
    """Estimate for a step, as `nntui show` reports it."""
    measured_bytes: int
    """Measured for a step with one worker."""
    peak_rss_bytes: int
    """Peak of this process up to the end of the training steps, including Python, libraries and data."""


def measured_step_bytes(spec: ModelSpec, dataset: Dataset) -> int:
    """Bytes that a trainer with one worker holds once it is built, plus the most that its second step adds.

    This counts everything that Python and NumPy allocate: weights, gradients, slots, buffers of layers, loss and
    metrics, the batch, and the buffers of the validation split. It does not count the dataset, which exists before.
    Several workers divide the buffers for the batch among them and add one gradient each.
    """
    one = dataclasses.replace(spec, training=dataclasses.replace(spec.training, workers=1))
    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        trainer = Trainer(one, dataset, clock=time.perf_counter)
        with trainer.timing_steps() as step:
            # The first step creates views and everything else that is created once.
            step()
            tracemalloc.reset_peak()
            step()
            return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not was_tracing:
            tracemalloc.stop()


def peak_rss_bytes() -> int:
    """The peak resident memory of this process so far, including Python, libraries and data."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
