"""`nntui show`: a model without training it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from nntui.cli.console import info, is_terminal
from nntui.cli.failures import WRONG_INPUT
from nntui.cli.parameters import base_of, find_model, model_argument, read_model, set_option
from nntui.cli.tables import Column, print_facts, print_table
from nntui.display.sizes import size_text

if TYPE_CHECKING:
    from nntui.data.catalogue import Description
    from nntui.modelfile.layer_rows import LayerRow
    from nntui.modelfile.validation import Totals


@click.command("show")
@model_argument()
@set_option("layers[0].units=64")
def show_command(model: str, overrides: tuple[str, ...]) -> int:
    """Summarize MODEL: its layers with their shapes, parameters and cost, its data, and every mistake in it.

    Exit code 2 if there are mistakes.

    \b
    Example: nntui show digits-mlp
    """
    from nntui.modelfile.validation import validate

    path = find_model(model)
    validation = validate(read_model(path, overrides), base=base_of(path))
    columns = [Column("layer"), Column("detail", wraps=True), Column("output_shape", right=True),
               Column("parameters", right=True), Column("FLOPs", right=True)]  # fmt: skip
    print_table(columns, list(_lines(validation.rows)))
    print_facts(_facts(validation.description, validation.hints, validation.totals))
    for problem in validation.problems:
        info(str(problem))
    return WRONG_INPUT if validation.problems else 0


def _lines(rows: Iterable[LayerRow], block: str = "") -> Iterator[list[str]]:
    """A line for each layer; those of a block are indented below it, and its numbers include theirs."""
    from nntui.nn.layers.base import format_shape

    for row in rows:
        shape = format_shape(row.output_shape) if row.output_shape is not None else "?"
        # Programs get the name that the layer's parameters begin with.
        name = "  " * block.count(".") + row.name if is_terminal(sys.stdout) else block + row.name
        yield [name, row.detail, shape, f"{row.parameters:,}", f"{row.flops:,}"]
        yield from _lines(row.inner, f"{block}{row.name}.")


def _facts(description: Description | None, hints: Iterable[str], totals: Totals | None) -> list[tuple[str, str]]:
    facts = []
    if description is not None:
        facts.append(("data", _data(description)))
    facts += [("hint", hint) for hint in hints]
    if totals is not None:
        facts += [
            ("parameters", f"{totals.parameters:,}"),
            ("FLOPs", f"{totals.flops:,} for a forward pass of one sample"),
            ("memory", f"{size_text(totals.step_bytes)} for a training step"),
            ("steps", f"{totals.steps_per_epoch:,} an epoch"),
        ]
    return facts


def _data(description: Description) -> str:
    from nntui.nn.layers.base import format_shape

    train, held_out = description.samples
    outputs = (
        f"{len(description.classes)} classes" if description.classes else f"targets {', '.join(description.targets)}"
    )
    shape = format_shape(description.input_shape)
    return f"{description.name}: {train:,} train and {held_out:,} val samples, inputs {shape}, {outputs}"
