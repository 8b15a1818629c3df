"""Measuring how fast a model trains, its fraction of the machine's peak, its layer times, and other libraries.

Rounds of real training steps alternate with rounds of the peers, so that other load on the machine affects all of them.
The results are medians over the rounds, and for the ratio the median of each round's ratio.
"""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from nntui.benchmark.layer_times import StepTimes, measure_layers
from nntui.benchmark.memory import Memory, measured_step_bytes, peak_rss_bytes
from nntui.benchmark.peak import sgemm_peak
from nntui.benchmark.peers.process import Peer, Round, job_of
from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.validation import Validation
from nntui.nn.layers.plan import LayerPlan
from nntui.training.loop import Trainer
from nntui.training.parallel.blas_threads import one_matrix_thread
from nntui.training.parallel.worker_count import is_worth_trying, quickest_workers, usable_cores

_ROUNDS, _FEWEST_ROUNDS = 9, 3
_STEPS_SHARE, _PEAK_SHARE = 0.5, 0.15
"""Fractions of the available time; the rest is for the layer times."""


class BenchmarkError(Exception):
    """Training that cannot be measured; one line for people."""


@dataclass(frozen=True, slots=True)
class PeerSpeed:
    """The same training with another library."""

    name: str
    version: str
    threads: int
    samples_per_second: float
    ratio: float
    """Our speed over the peer's, the median over the rounds: above 1 we are ahead."""
    compile_seconds: float | None
    """Compile time before the first step, not included in the speed; None if nothing is compiled."""


@dataclass(frozen=True, slots=True)
class Speed:
    """The speed of whole training steps."""

    workers: int
    samples_per_step: int
    samples_per_second: float
    step_seconds: float
    gflops: float
    """GFLOP/s of the forward and backward passes."""
    peak_gflops: float
    """GFLOP/s of matrix products on this machine with the same number of processes."""
    awake: float
    """Processor time of this process over elapsed time: if it is well below 1 with one worker, other load slowed it."""

    @property
    def peak_share(self) -> float:
        """The speed of training as a fraction of the machine's peak."""
        return self.gflops / self.peak_gflops


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The results of a benchmark."""

    model: str
    data: str
    samples: int
    """Of the training split."""
    speed: Speed
    step: StepTimes
    memory: Memory
    peers: tuple[PeerSpeed, ...]


def training_flops(plans: Iterable[LayerPlan]) -> int:
    """Floating-point operations of a forward and a backward pass for one sample, without loss and optimizer.

    The backward pass of a layer with weights counts as two forward passes, one for the weights' gradient and one for
    the input's, or as one if the input's is not needed. That of a layer without weights counts as one, or as none if
    it comes before the first weights. A block of layers counts like a layer.
    """
    return sum(item.flops * (1 + bool(item.parameter_count) + item.needs_input_gradient) for item in plans)


def measure(
    validation: Validation,
    dataset: Dataset,
    *,
    seconds: float,
    workers: int | None = None,
    peers: Sequence[str] = (),
    peer_python: str,
) -> Benchmark:
    """Measures a validated model on its data in about `seconds`; each peer takes half as much again.

    `workers` overrides the spec; if both are None, the fastest number is measured. Raises SpecError for a model that
    is not ready, BenchmarkError if it diverges, and PeerError if a peer does not support it.
    """
    spec, totals = validation.ready(), validation.totals
    assert totals is not None, "a validated spec has totals"
    with one_matrix_thread():
        spec = _with_workers(spec, dataset, workers, flops=totals.flops)
        trainer = Trainer(spec, dataset, clock=time.perf_counter)
        ours, peer_speeds = _alternate(trainer, peers, peer_python, seconds=seconds * _STEPS_SHARE)
        peak_rss = peak_rss_bytes()
        return Benchmark(
            model=spec.name,
            data=dataset.name,
            samples=len(dataset.train),
            speed=_speed(trainer, ours, seconds=seconds * _PEAK_SHARE),
            step=measure_layers(spec, dataset, seconds=seconds * (1 - _STEPS_SHARE - _PEAK_SHARE)),
            memory=Memory(totals.step_bytes, measured_step_bytes(spec, dataset), peak_rss),
            peers=peer_speeds,
        )


def _with_workers(spec: ModelSpec, dataset: Dataset, workers: int | None, *, flops: int) -> ModelSpec:
    training = spec.training
    count = workers or training.workers
    if count is None and is_worth_trying(flops * training.batch_size, batch_size=training.batch_size):
        count = quickest_workers(spec, dataset)
    return dataclasses.replace(spec, training=dataclasses.replace(training, workers=count or 1))


@dataclass(frozen=True, slots=True)
class _OwnRound(Round):
    cpu_seconds: float
    """Of this process."""


def _alternate(
    trainer: Trainer, names: Sequence[str], python: str, *, seconds: float
) -> tuple[list[_OwnRound], tuple[PeerSpeed, ...]]:
    """Our rounds, and the speed of each peer between them."""
    job = job_of(trainer.spec, trainer.dataset, threads=usable_cores()) if names else {}
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(name, job, trainer.dataset, python=python)) for name in names]
        step = stack.enter_context(trainer.timing_steps())
        train_round = _rounds(trainer, step, seconds / _ROUNDS)
        ours: list[_OwnRound] = []
        theirs: list[list[Round]] = [[] for _ in peers]
        while len(ours) < _FEWEST_ROUNDS or sum(own.seconds for own in ours) < seconds:
            ours.append(next(train_round))
            for peer, rounds in zip(peers, theirs, strict=True):
                rounds.append(peer.round(seconds / _ROUNDS))
        return ours, tuple(_peer_speed(peer, ours, rounds) for peer, rounds in zip(peers, theirs, strict=True))


def _rounds(trainer: Trainer, step: Callable[[], object], seconds: float) -> Iterator[_OwnRound]:
    """Rounds of about `seconds`, with at least one step each; the first step, which is slow, is not counted."""
    total, size = len(trainer.dataset.train), trainer.samples_per_step
    lengths = itertools.cycle([min(size, total - start) for start in range(0, total, size)])
    numbers = itertools.count(1)

    def train_step() -> int:
        """Makes one step; returns its number of samples."""
        number = next(numbers)
        if step() is None:
            raise BenchmarkError(f"the loss is not finite after {number} steps; try a lower learning rate")
        return next(lengths)

    train_step()
    while True:
        samples, spent = 0, 0.0
        began, cpu_began = time.perf_counter(), time.process_time()
        while spent < seconds or not samples:
            samples += train_step()
            spent = time.perf_counter() - began
        yield _OwnRound(samples, spent, time.process_time() - cpu_began)


def _speed(trainer: Trainer, rounds: Sequence[_OwnRound], *, seconds: float) -> Speed:
    rate = statistics.median(own.rate for own in rounds)
    workers = min(trainer.spec.training.workers or 1, trainer.batch_size)
    return Speed(
        workers=workers,
        samples_per_step=trainer.samples_per_step,
        samples_per_second=rate,
        step_seconds=trainer.samples_per_step / rate,
        gflops=training_flops(trainer.network.plans) * rate / 1e9,
        peak_gflops=sgemm_peak(workers, seconds=seconds),
        awake=statistics.median(own.cpu_seconds / own.seconds for own in rounds),
    )


def _peer_speed(peer: Peer, ours: Sequence[Round], theirs: Sequence[Round]) -> PeerSpeed:
    return PeerSpeed(
        name=peer.name,
        version=peer.version,
        threads=peer.threads,
        samples_per_second=statistics.median(their.rate for their in theirs),
        ratio=statistics.median(own.rate / their.rate for own, their in zip(ours, theirs, strict=True)),
        compile_seconds=peer.compile_seconds,
    )
