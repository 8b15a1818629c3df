"""`nntui guide`: the guide, a topic at a time."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from nntui.cli.console import draws_on_terminal, emit_text
from nntui.cli.failures import InputError
from nntui.cli.tables import Column, print_table
from nntui.display.message import quoted
from nntui.guide.topics import page, topics

_WIDEST = 100
"""Cells of a line of text: longer ones are hard to follow."""


def complete_topics(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The topics that begin so, each with its line."""
    return [CompletionItem(each.name, help=each.summary) for each in topics() if each.name.startswith(incomplete)]


@click.command("guide")
@click.argument("topic", metavar="[TOPIC]", required=False, shell_complete=complete_topics)
def guide_command(topic: str | None) -> None:
    """Read the guide: the page of TOPIC, or without one the list of topics.

    In a pipe a page is Markdown. The app has it too: ? and then g.

    \b
    Example: nntui guide dashboard
    """
    names = [each.name for each in topics()]
    if topic is None:
        print_table([Column("topic"), Column("what", wraps=True)], [(each.name, each.summary) for each in topics()])
    elif topic not in names:
        raise InputError(f"no topic {quoted(topic)}; expected one of {', '.join(names)}")
    elif draws_on_terminal():
        _draw(page(topic))
    else:
        emit_text(page(topic).removesuffix("\n"))


def _draw(text: str) -> None:
    from rich.console import Console

    from nntui.display.markdown import rendered

    console = Console(highlight=False)
    console.print(rendered(text), width=min(console.width, _WIDEST))
