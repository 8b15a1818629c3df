"""A group whose commands are imported when they are called; help and completion use a table of them."""

from __future__ import annotations

import importlib

import click

from nntui.display.message import quoted
from nntui.display.printable import cut
from nntui.modelfile.problems import suggestion

COMMANDS: dict[str, tuple[str, str]] = {
    "train": ("train", "Train a model."),
    "watch": ("watch", "Follow a run."),
    "runs": ("runs", "List the runs."),
    "pause": ("steer", "Pause a run after the step it is making."),
    "resume": ("resume", "Go on with a run that is paused, was stopped or has crashed."),
    "stop": ("steer", "End a run after the step it is making; what is trained is saved."),
    "set": ("steer", "Change the learning rate, the epochs ... of a run."),
    "evaluate": ("evaluate", "Measure a checkpoint of a run on its own or other data."),
    "show": ("show", "Summarize a model: layers, shapes, parameters, cost."),
    "gradcheck": ("gradcheck", "Check a model's gradients by central differences."),
    "lrfind": ("lrfind", "Find a learning rate in one short training."),
    "bench": ("bench", "Measure how fast a model trains here, layer by layer."),
    "models": ("models", "List the bundled models."),
    "schema": ("schema", "Print the JSON Schema of the model file."),
    "guide": ("guide", "Read the guide, by topics."),
    "completion": ("completion", "Print a shell's completion script."),
}
"""Each command's module under `nntui.cli.commands` and its line in the help."""


class LazyGroup(click.Group):
    """The commands of `COMMANDS`; for an unknown name the nearest one is suggested."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, help_line = COMMANDS[cmd_name]
        loaded = importlib.import_module(f"nntui.cli.commands.{module}")
        command: click.Command = getattr(loaded, f"{cmd_name}_command")
        command.short_help = help_line
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; UsageError with the nearest name if there is none."""
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing and not name.startswith("-"):
            if name.endswith(".toml"):
                ctx.fail(f"no command {quoted(name)}; to train that model: nntui train {cut(name)}")
            ctx.fail(f"no command {quoted(name)}{suggestion(name, tuple(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, none of them imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])
