"""`nntui completion`: tab completion for the shells."""

from __future__ import annotations

import click

from nntui.cli.console import emit_text
from nntui.cli.parameters import COMPLETION_VARIABLE

_WHERE = """\b
bash: nntui completion bash > ~/.local/share/bash-completion/completions/nntui
zsh:  nntui completion zsh > "${fpath[1]}/_nntui"
fish: nntui completion fish > ~/.config/fish/completions/nntui.fish"""


@click.command("completion", help=f"Print the completion script of SHELL.\n\n{_WHERE}")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Prints a shell's completion script; the help above says where each shell looks for it."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "click knows the shells that may be chosen"
    complete = kind(context.find_root().command, {}, "nntui", COMPLETION_VARIABLE)
    emit_text(complete.source_template % complete.source_vars())
