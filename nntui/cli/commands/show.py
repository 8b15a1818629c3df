"""`nntui show`: a model without training it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nntui.cli.failures import WRONG_INPUT
from nntui.cli.parameters import base_of, find_model, model_argument
from nntui.cli.speech import say
from nntui.cli.tables import Column, print_facts, print_table

if TYPE_CHECKING:
    from nntui.data.catalogue import Description
    from nntui.spec.examine import LayerRow, Totals


@click.command("show")
@model_argument()
@click.option("--set", "overrides", metavar="PATH=VALUE", multiple=True,
              help="Change a setting first: layers[0].units=64. May be repeated.")  # fmt: skip
def show_command(model: str, overrides: tuple[str, ...]) -> int:
    """Summarize MODEL: its layers with their shapes, parameters and cost, its data, and every mistake in it.

    Exit code 2 where there are mistakes.

    \b
    Example: nntui show digits-mlp
    """
    from nntui.spec.document import apply_overrides, read_document
    from nntui.spec.examine import examine

    path = find_model(model)
    draft = read_document(path)
    apply_overrides(draft, overrides)
    examination = examine(draft, base=base_of(path))
    columns = [Column("layer"), Column("detail", wraps=True), Column("output_shape", right=True),
               Column("parameters", right=True), Column("FLOPs", right=True)]  # fmt: skip
    print_table(columns, [_row(row) for row in examination.rows])
    print_facts(_facts(examination.description, examination.totals))
    for problem in examination.problems:
        say(str(problem))
    return WRONG_INPUT if examination.problems else 0


def _row(row: LayerRow) -> list[str]:
    from nntui.nn.layers.base import shape_words

    shape = shape_words(row.output_shape) if row.output_shape is not None else "?"
    return [row.name, row.detail, shape, f"{row.parameters:,}", f"{row.flops:,}"]


def _facts(description: Description | None, totals: Totals | None) -> list[tuple[str, str]]:
    facts = []
    if description is not None:
        facts.append(("data", _data(description)))
    if totals is not None:
        facts += [
            ("parameters", f"{totals.parameters:,}"),
            ("FLOPs", f"{totals.flops:,} for a forward pass of one sample"),
            ("memory", f"{totals.step_bytes:,} bytes for a training step"),
            ("steps", f"{totals.steps_per_epoch:,} an epoch"),
        ]
    return facts


def _data(description: Description) -> str:
    from nntui.nn.layers.base import shape_words

    train, held_out = description.samples
    outputs = (
        f"{len(description.classes)} classes" if description.classes else f"targets {', '.join(description.targets)}"
    )
    shape = shape_words(description.input_shape)
    return f"{description.name}: {train:,} train and {held_out:,} val samples, inputs {shape}, {outputs}"
