"""The learning-rate range test: one short training in which the rate rises from far too low to far too high.

The rates at which the loss begins to fall, falls fastest and begins to rise show which rates suit the model and its
data. Smith 2015, https://arxiv.org/abs/1506.01186
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from nntui.data.catalogue import load
from nntui.data.dataset import Dataset, Split
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.validation import validate
from nntui.runs.events import Event, RunEnded, Step
from nntui.training.loop import Trainer
from nntui.training.parallel.blas_threads import one_matrix_thread

LOWEST, HIGHEST, STEPS = 1e-7, 10.0, 200
FEWEST_STEPS = 20
_DECAY = 0.9
"""Per step, of the running loss that decides when to stop."""
_EXPLODED = 4
"""Times the lowest running loss so far, as in fastai; it must also be above the first ones."""
_WIDTH = 0.04
"""Standard deviation of the smoothing kernel, as a fraction of the range: a third of a decade of eight."""
_CERTAIN = 4
"""By how many standard deviations of its noise the curve must have fallen."""
_LEAST_FALL = 1e-6
"""As a fraction of the loss: a smaller fall is rounding."""


@dataclass(frozen=True, slots=True)
class RatePoint:
    """One step of the test."""

    learning_rate: float
    loss: float
    """Of the step's batch."""
    smoothed: float
    """The mean of the losses around it, weighted by closeness."""


@dataclass(frozen=True, slots=True)
class RateRange:
    """The result of the test."""

    points: tuple[RatePoint, ...]
    steepest: float | None
    """The rate at which the smoothed loss falls fastest per log rate; None if it never clearly falls."""
    lowest: float | None
    """The rate at which the smoothed loss is lowest; None likewise."""
    ended: str
    """Why the test ended, for people."""

    @property
    def tenth_of_lowest(self) -> float | None:
        """A tenth of the rate at which the loss is lowest: the other usual choice, often the higher one."""
        return None if self.lowest is None else self.lowest / 10


def find_rates(
    draft: Mapping[str, Any], *, base: Path, lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS
) -> RateRange:
    """The test of a draft on its own data; relative data paths count from `base`.

    Raises SpecError with every problem of the draft, and DataError if its data cannot be loaded.
    """
    spec = validate(draft, base=base).ready()
    dataset = load(spec.data, base=base, seed=spec.training.seed)
    with one_matrix_thread():
        return range_test(spec, dataset, lowest=lowest, highest=highest, steps=steps)


def range_test(
    spec: ModelSpec, dataset: Dataset, *, lowest: float = LOWEST, highest: float = HIGHEST, steps: int = STEPS
) -> RateRange:
    """Trains new weights for at most `steps` steps, at geometrically increasing rates; 0 < lowest < highest.

    Ends early if the loss explodes. Optimizer, batches and regularization are the spec's; its schedule is not used.
    """
    rates: list[float] = []
    losses: list[float] = []
    ended = f"the highest rate, {highest:g}, was reached"
    for rate, loss in _steps(spec, dataset, np.geomspace(lowest, highest, steps)):
        if not math.isfinite(loss):
            ended = f"the loss was not finite any more at {rate:.2g}"
            break
        rates.append(rate)
        losses.append(loss)
        if _has_exploded(losses):
            ended = f"the loss exploded at {rate:.2g}"
            break
    return analyse(rates, losses, width=_WIDTH * steps, ended=ended)


def _steps(spec: ModelSpec, dataset: Dataset, rates: np.ndarray) -> Iterator[tuple[float, float]]:
    """Each rate and the loss of its step; NaN for the loss if training diverged."""
    training = dataclasses.replace(
        spec.training, epochs=len(rates), schedule=None, ema=None, early_stopping=None, monitor="loss"
    )
    no_rows = Split(dataset.val.x[:0], dataset.val.y[:0])
    trainer = Trainer(
        dataclasses.replace(spec, training=training), dataclasses.replace(dataset, val=no_rows), clock=float
    )
    remaining = iter(rates.tolist())
    rate = trainer.optimizer.learning_rate = next(remaining)
    with closing(cast("Generator[Event]", trainer.events())) as events:
        for event in events:
            if isinstance(event, RunEnded) and event.reason == "diverged":
                yield rate, math.nan
            if isinstance(event, Step):
                yield rate, event.loss
                next_rate = next(remaining, None)
                if next_rate is None:
                    return
                rate = trainer.optimizer.learning_rate = next_rate


def _has_exploded(losses: Sequence[float]) -> bool:
    """Whether the running loss is far above its minimum, and also above the first ones."""
    running, total, lowest, first = 0.0, 0.0, math.inf, -math.inf
    for count, loss in enumerate(losses):
        running, total = _DECAY * running + loss, _DECAY * total + 1
        smoothed = running / total
        lowest = min(lowest, smoothed)
        first = max(first, smoothed) if count < FEWEST_STEPS // 4 else first
    return len(losses) >= FEWEST_STEPS // 2 and running / total > max(_EXPLODED * lowest, first)


def analyse(rates: Sequence[float], losses: Sequence[float], *, width: float, ended: str) -> RateRange:
    """The result for rising rates and their losses; `width` is the standard deviation of the kernel, in steps."""
    loss = np.asarray(losses, np.float64)
    curve = _smoothed(loss, width) if len(loss) else loss
    points = tuple(
        RatePoint(rate, value, mean) for rate, value, mean in zip(rates, losses, curve.tolist(), strict=True)
    )
    if len(points) < FEWEST_STEPS // 2 or not _falls(loss, curve, width):
        return RateRange(points, None, None, ended)
    low = int(np.argmin(curve))
    slope = np.gradient(curve, np.log(rates))
    return RateRange(points, float(rates[int(np.argmin(slope[: low + 1]))]), float(rates[low]), ended)


def _smoothed(losses: np.ndarray, width: float) -> np.ndarray:
    """The losses smoothed by a Gaussian kernel of this standard deviation, which is cut off at both ends."""
    reach = int(4 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    count = len(losses)
    weights = np.convolve(np.ones(count), kernel)[reach : reach + count]
    return np.convolve(losses, kernel)[reach : reach + count] / weights


def _falls(losses: np.ndarray, curve: np.ndarray, width: float) -> bool:
    """Whether the curve's minimum is so far below its beginning that noise between batches cannot explain it."""
    beginning = losses[: max(len(losses) // 4, 2)]
    noise = float(np.std(np.diff(beginning))) / math.sqrt(2)
    # A mean weighted by a Gaussian of standard deviation w has the noise of a plain mean of 2·√π·w values.
    curve_noise = noise / math.sqrt(2 * math.sqrt(math.pi) * width)
    return float(curve[0] - curve.min()) > max(_CERTAIN * curve_noise, _LEAST_FALL * abs(float(curve[0])))
