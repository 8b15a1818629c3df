"""`nntui bench`: how fast does this model train here, and why not faster?"""

from __future__ import annotations

import sys

import click

from nntui.cli.console import emit
from nntui.cli.failures import InputError
from nntui.cli.parameters import (
    DEFAULT_MODEL,
    FiniteRange,
    base_of,
    find_model,
    json_option,
    model_argument,
    read_model,
    set_option,
)

_PEERS = ("torch", "jax", "sklearn")


@click.command("bench")
@model_argument(DEFAULT_MODEL)
@set_option("training.batch_size=128")
@click.option("--seconds", type=FiniteRange(0, 3600, min_open=True), default=3.0, show_default=True,
              metavar="S", help="About how long to measure.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), metavar="N",
              help="How many share each batch [default: as the model says, else the quickest].")  # fmt: skip
@click.option("--peer", "peers", type=click.Choice(_PEERS), multiple=True,
              help="Train the same model with this library and print the ratio. May be repeated.")  # fmt: skip
@click.option("--peer-python", metavar="PATH", default=sys.executable,
              help="The interpreter that has the library [default: this one].")  # fmt: skip
@json_option("Print everything as one line of JSON, times in seconds.")
def bench_command(
    model: str,
    overrides: tuple[str, ...],
    seconds: float,
    workers: int | None,
    peers: tuple[str, ...],
    peer_python: str,
    as_json: bool,
) -> None:
    """Measure how fast MODEL [default: digits-mlp] trains here: speed, the share of what this machine can do, the
    time of each layer, and memory. Nothing is saved.

    \b
    Example: nntui bench digits-mlp --peer torch
    """
    from nntui.benchmark.measure import BenchmarkError, measure
    from nntui.benchmark.peers.process import PeerError
    from nntui.cli.bench_report import print_benchmark, to_json
    from nntui.data.catalogue import load
    from nntui.modelfile.validation import validate
    from nntui.training.parallel.worker_pool import WorkerPoolError

    path = find_model(model)
    draft = read_model(path, overrides)
    validation = validate(draft, base=base_of(path))
    spec = validation.ready()
    dataset = load(spec.data, base=base_of(path), seed=spec.training.seed)
    try:
        benchmark = measure(
            validation,
            dataset,
            seconds=seconds,
            workers=workers,
            peers=tuple(dict.fromkeys(peers)),
            peer_python=peer_python,
        )
    except (BenchmarkError, PeerError) as error:
        raise InputError(str(error)) from None
    except WorkerPoolError:
        raise InputError("a worker process ended early; try --workers 1") from None
    if as_json:
        emit(to_json(benchmark))
    else:
        print_benchmark(benchmark)
