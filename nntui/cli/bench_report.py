"""A benchmark as text and as JSON."""

from __future__ import annotations

import json
import sys

from nntui.benchmark.layer_times import StepTimes
from nntui.benchmark.measure import Benchmark, PeerSpeed
from nntui.cli.console import emit, info, is_terminal
from nntui.cli.tables import Column, print_facts, print_table
from nntui.display.durations import measured_text
from nntui.display.numbers import significant
from nntui.display.sizes import size_text
from nntui.nn.layers.base import format_shape

_LEAST_AWAKE = 0.9


def to_json(benchmark: Benchmark) -> str:
    """One object on one line; times in seconds, memory in bytes."""
    speed, step, memory = benchmark.speed, benchmark.step, benchmark.memory
    record = {
        "model": benchmark.model,
        "data": benchmark.data,
        "samples": benchmark.samples,
        "workers": speed.workers,
        "samples_per_step": speed.samples_per_step,
        "samples_per_second": _rounded(speed.samples_per_second),
        "step_seconds": _rounded(speed.step_seconds),
        "gflops": _rounded(speed.gflops),
        "peak_gflops": _rounded(speed.peak_gflops),
        "peak_share": _rounded(speed.peak_share),
        "awake": _rounded(speed.awake),
        "batch_size": step.batch_size,
        "layers": [
            {
                "name": layer.name,
                "output_shape": list(layer.output_shape),
                "parameters": layer.parameters,
                "forward_seconds": _rounded(layer.forward),
                "backward_seconds": _rounded(layer.backward),
            }
            for layer in step.layers
        ],
        **{f"{name}_seconds": _rounded(seconds) for name, seconds in step.rest.items()},
        "reckoned_step_bytes": memory.reckoned_bytes,
        "measured_step_bytes": memory.measured_bytes,
        "peak_rss_bytes": memory.peak_rss_bytes,
        "peers": [
            {
                "name": peer.name,
                "version": peer.version,
                "threads": peer.threads,
                "samples_per_second": _rounded(peer.samples_per_second),
                "ratio": _rounded(peer.ratio),
                "compile_seconds": None if peer.compile_seconds is None else _rounded(peer.compile_seconds),
            }
            for peer in benchmark.peers
        ],
    }
    return json.dumps(record, allow_nan=False)


def _rounded(value: float) -> float:
    """To six significant digits: more is noise."""
    return float(f"{value:.6g}")


def print_benchmark(benchmark: Benchmark) -> None:
    """Prints facts, the table of layers, and the peers; on stderr, whether other processes slowed the training."""
    if benchmark.speed.workers == 1 and benchmark.speed.awake < _LEAST_AWAKE:
        info(f"this machine is busy: training ran {benchmark.speed.awake:.0%} of the time; speed is lower for it")
    speed, memory = benchmark.speed, benchmark.memory
    workers = f"{speed.workers} worker{'' if speed.workers == 1 else 's'}"
    reckoned = memory.measured_bytes / memory.reckoned_bytes
    print_facts(
        [
            ("model", benchmark.model),
            ("data", f"{benchmark.data}: {benchmark.samples:,} train samples"),
            ("speed", f"{speed.samples_per_second:,.0f} samples/s, {workers}"),
            ("step", f"{measured_text(speed.step_seconds)} for {speed.samples_per_step:,} samples"),
            ("compute", f"{significant(speed.gflops)} GFLOP/s, {speed.peak_share:.1%} of this machine's sgemm peak "
                        f"({significant(speed.peak_gflops)} with {workers})"),
            ("memory", f"{size_text(memory.measured_bytes)} for a training step, {reckoned:.2f} times what was "
                       f"reckoned ({size_text(memory.reckoned_bytes)})"),
            ("peak RSS", f"{size_text(memory.peak_rss_bytes)}, Python and the data included"),
        ]
    )  # fmt: skip
    emit("")
    _print_step(benchmark.step)
    if benchmark.peers:
        emit("")
        _print_peers(benchmark.peers)


def _print_step(step: StepTimes) -> None:
    if is_terminal(sys.stdout):
        emit(f"one worker, medians over batches of {step.batch_size:,}:")
    total = sum(layer.forward + layer.backward for layer in step.layers) + sum(step.rest.values())
    rows = [
        [layer.name, format_shape(layer.output_shape), f"{layer.parameters:,}", measured_text(layer.forward),
         measured_text(layer.backward), f"{(layer.forward + layer.backward) / total:.1%}"]
        for layer in step.layers
    ]  # fmt: skip
    rows += [
        [name, "", "", measured_text(seconds), "", f"{seconds / total:.1%}"] for name, seconds in step.rest.items()
    ]
    print_table(
        [Column("layer"), Column("output_shape", right=True),
         Column("parameters", right=True), Column("forward", right=True), Column("backward", right=True),
         Column("share", right=True, spare=True)],
        [*rows, ["total", "", "", measured_text(total), "", ""]],
    )  # fmt: skip


def _print_peers(peers: tuple[PeerSpeed, ...]) -> None:
    print_table(
        [Column("peer"), Column("version"), Column("threads", right=True), Column("samples/s", right=True),
         Column("compilation", right=True), Column("nntui_is", right=True)],
        [
            [peer.name, peer.version, str(peer.threads), f"{peer.samples_per_second:,.0f}",
             "" if peer.compile_seconds is None else measured_text(peer.compile_seconds), f"{peer.ratio:.2f}x as fast"]
            for peer in peers
        ],
    )  # fmt: skip
