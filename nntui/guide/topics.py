"""The topics of the guide: a page put in this folder is listed, completed and shown without another edit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
_ORDER = (
    "first-session", "data", "layers", "training", "dashboard", "model-file", "headless", "ssh", "run-directory",
    "python",
)  # fmt: skip
"""As one reads them; others come behind, in alphabetical order."""
_LIST = re.compile(r"^<!-- list: ([a-z-]+) .*-->$", re.MULTILINE)
"""Where a list of what the code has is put in: a layer that joins its family is in the guide as well."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A page before it is read."""

    name: str
    """As it is asked for: 'first-session'."""
    title: str
    summary: str
    """One line."""


def topics() -> tuple[Topic, ...]:
    """All topics in the order they are best read in."""
    found = {path.stem: path for path in sorted(_FOLDER.glob("*.md"))}
    names = [name for name in _ORDER if name in found] + [name for name in found if name not in _ORDER]
    return tuple(_topic(found[name]) for name in names)


def page(name: str) -> str:
    """The Markdown of a topic, its lists filled in; `name` is one of `topics()`."""
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return _LIST.sub(lambda match: _list(match[1]), text)


def _list(name: str) -> str:
    # Imported for the pages that have a list: the families bring NumPy.
    from nntui.guide.lists import LISTS

    return LISTS[name]()


def _topic(path: Path) -> Topic:
    """A page begins with its title, an empty line, and one line that says what it is about."""
    with path.open(encoding="utf-8") as file:
        title, _, summary = (file.readline().strip() for _ in range(3))
    return Topic(path.stem, title.removeprefix("# "), summary)
