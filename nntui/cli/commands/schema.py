"""`nntui schema`: the model file, for editors and other programs."""

from __future__ import annotations

import json

import click

from nntui.cli.console import emit_text


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the model file.

    \b
    Example: nntui schema > nntui.schema.json
    """
    from nntui.modelfile.schema import json_schema

    emit_text(json.dumps(json_schema(), indent=2, ensure_ascii=False))
