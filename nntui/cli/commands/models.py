"""`nntui models`: what there is to begin with."""

from __future__ import annotations

import click

from nntui.cli.parameters import bundled_models
from nntui.cli.tables import Column, print_table
from nntui.resources import models_dir


@click.command("models")
def models_command() -> None:
    """List the bundled models, one line each.

    \b
    Example: nntui models
    """
    print_table([Column("name"), Column("summary", wraps=True)], [(name, _summary(name)) for name in bundled_models()])


def _summary(name: str) -> str:
    """The comment a model file begins with."""
    with (models_dir() / f"{name}.toml").open(encoding="utf-8") as file:
        first = file.readline()
    return first.removeprefix("#").strip() if first.startswith("#") else ""
