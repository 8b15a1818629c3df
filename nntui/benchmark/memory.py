"""Footprint: the memory a training takes, as it is and not as it was reckoned."""

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
    """What training takes."""

    reckoned_bytes: int
    """Of a step by arithmetic, as `nntui show` tells it."""
    measured_bytes: int
    """Of a step as measured, with one worker."""
    peak_rss_bytes: int
    """Of this process up to the end of the training steps: Python, libraries and data included."""


def measured_step_bytes(spec: ModelSpec, dataset: Dataset) -> int:
    """Bytes that a training with one worker holds once it is built, and the most that its second step adds to them.

    Everything Python and NumPy allocate counts: weights, gradients, slots, buffers of layers, loss and metrics, the
    batch, and the validation split's buffers. The dataset itself does not: it is there before. Several workers
    split the batch's buffers among them and add a gradient each.
    """
    one = dataclasses.replace(spec, training=dataclasses.replace(spec.training, workers=1))
    was_tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        trainer = Trainer(one, dataset, clock=time.perf_counter)
        with trainer.timing_steps() as step:
            # The first step makes views and whatever else is made once.
            step()
            tracemalloc.reset_peak()
            step()
            return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not was_tracing:
            tracemalloc.stop()


def peak_rss_bytes() -> int:
    """The most memory this process has had in RAM so far: Python, libraries and data included."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
