"""The guide: its topics, and a page of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from nntui.display.markdown import rendered
from nntui.guide.topics import page, topics
from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.dialogs.scrolling import ScrollingDialog


class PageDialog(ScrollingDialog[bool]):
    """One page; answers nothing."""

    BINDINGS = [
        Binding("escape", "cancel", "Topics", key_display="esc"),
        Binding("q,enter", "cancel", "Topics", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        """`text` is Markdown."""
        super().__init__(title)
        self._text = text

    def lines(self) -> Iterable[Widget]:
        """The page as it is drawn on a terminal without the app too."""
        yield Static(rendered(self._text))


async def read_guide(app: App[Any]) -> None:
    """Shows the topics, and the page of each that is chosen, until the topics are left; in a worker."""
    found = await asyncio.to_thread(topics)
    choices = [Choice(topic.name, topic.title, topic.summary) for topic in found]
    choice = None
    while (choice := await app.push_screen_wait(_topics(choices, choice))) is not None:
        # Some pages list what the engine has: it may have to be imported first.
        text = await asyncio.to_thread(page, choice.value)
        await app.push_screen_wait(PageDialog(f"guide: {choice.label}", text))


def _topics(choices: list[Choice], chosen: Choice | None) -> ChooseDialog:
    return ChooseDialog("guide", choices, chosen=chosen.value if chosen is not None else None)
