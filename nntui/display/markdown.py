"""Markdown as it is drawn, the same on the command line and in the app: headings at the left, code without a box."""

from __future__ import annotations

from typing import ClassVar

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.padding import Padding
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

_THEME = Theme(
    {
        "markdown.h1": "bold underline",
        "markdown.h2": "bold cyan",
        "markdown.h3": "bold",
        "markdown.code": "cyan",
        "markdown.table.border": "dim",
        "markdown.table.header": "dim",
        "markdown.item.bullet": "dim",
    }
)
"""Colours that are readable on any background."""


class _Heading(Heading):
    """At the left, and without a box around the first one."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class _Code(CodeBlock):
    """Indented, in colours alone: the background is that of the text around it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = Syntax("", self.lexer_name, theme="ansi_dark").highlight(str(self.text))
        code.rstrip()
        styles = [(span, span.style) for span in code.spans if not isinstance(span.style, str)]
        spans = [span._replace(style=Style(color=style.color)) for span, style in styles]
        yield Padding(Text(code.plain, spans=spans), (0, 0, 0, 4))


class _Table(TableElement):
    """A line under the heading, and no space around."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            assert isinstance(table, Table), "rich draws a table of Markdown as one of its own"
            table.box, table.show_edge, table.pad_edge = SIMPLE_HEAD, False, False
            yield table


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements, "heading_open": _Heading, "fence": _Code, "code_block": _Code,
        "table_open": _Table,
    }  # fmt: skip

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with console.use_theme(_THEME):
            yield from super().__rich_console__(console, options)


def rendered(text: str) -> Markdown:
    """The text, ready to be printed by a console or shown by a widget."""
    return _Page(text, hyperlinks=False)
