"""`nntui lrfind`: which learning rate suits a model?"""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from typing import TYPE_CHECKING

import click

from nntui.cli.console import emit, info, is_terminal
from nntui.cli.failures import FAILED, InputError
from nntui.cli.parameters import FiniteRange, base_of, find_model, json_option, model_argument, read_model, set_option
from nntui.cli.tables import print_facts

if TYPE_CHECKING:
    from nntui.training.lr_finder import RateRange

_RATE = FiniteRange(min=0, min_open=True, max=1000)
_HEIGHT, _WIDEST = 12, 100
_ROOM_ABOVE = 0.25
"""Share of the distance from the lowest loss to the first that is drawn above it."""


@click.command("lrfind")
@model_argument()
@click.option("--from", "lowest", type=_RATE, default=1e-7, metavar="RATE", help="The first rate [default: 1e-7].")
@click.option("--to", "highest", type=_RATE, default=10.0, metavar="RATE", help="The last rate [default: 10].")
@click.option("--steps", type=click.IntRange(20, 10_000), default=200, metavar="COUNT",
              help="How many rates to try, one a step [default: 200].")  # fmt: skip
@set_option("training.optimizer=sgd")
@json_option("Print the rates and every point as one line of JSON.")
def lrfind_command(
    model: str, lowest: float, highest: float, steps: int, overrides: tuple[str, ...], as_json: bool
) -> int:
    """Find a learning rate for MODEL: one short training in which the rate rises from next to nothing to too much.

    Prints the loss by the rate, the rate at which it falls fastest, and a tenth of the rate at which it is lowest.
    Either is a good one to begin with. Nothing is saved. Exit code 1 where the loss never falls clearly.

    \b
    Example: nntui lrfind digits-mlp
    """
    from nntui.training.lr_finder import find_rates

    if lowest >= highest:
        raise InputError(f"--from must be below --to, got {lowest:g} and {highest:g}")
    path = find_model(model)
    draft = read_model(path, overrides)
    found = find_rates(draft, base=base_of(path), lowest=lowest, highest=highest, steps=steps)
    if as_json:
        emit(_json(found))
    else:
        _print(found)
    if found.steepest is None:
        info(f"the loss never falls clearly: {found.ended}; standardize the data, or try other --from and --to")
        return FAILED
    return 0


def _json(found: RateRange) -> str:
    record = {
        "steepest": found.steepest,
        "tenth_of_lowest": found.tenth_of_lowest,
        "ended": found.ended,
        "points": [dataclasses.asdict(point) for point in found.points],
    }
    return json.dumps(record, allow_nan=False)


def _print(found: RateRange) -> None:
    from nntui.cli.chart import curve_lines

    smoothed = [point.smoothed for point in found.points]
    marks = {found.steepest: "▲", found.tenth_of_lowest: "△"}
    lines = curve_lines(
        [point.learning_rate for point in found.points],
        smoothed,
        width=min(shutil.get_terminal_size().columns, _WIDEST),
        height=_HEIGHT,
        highest=_highest(smoothed),
        marks={rate: mark for rate, mark in marks.items() if rate is not None},
    )
    for line in [*lines, ""] if lines else []:
        emit(line)
    facts = [("steps", f"{len(found.points)}; {found.ended}")]
    if found.steepest is not None and found.tenth_of_lowest is not None:
        marked = is_terminal(sys.stdout)
        facts.append(("steepest ▲" if marked else "steepest", f"{found.steepest:.2g}"))
        facts.append(("lowest/10 △" if marked else "lowest/10", f"{found.tenth_of_lowest:.2g}"))
    print_facts(facts)


def _highest(smoothed: list[float]) -> float:
    """The highest loss drawn: the divergence at the end would flatten all before it, so only its beginning is shown."""
    if not smoothed:
        return 0.0
    first = max(smoothed[: max(len(smoothed) // 4, 1)])
    return first + _ROOM_ABOVE * (first - min(smoothed))
