"""The pages of the guide taken apart: their blocks of code, and their tables of keys."""

import re
from collections.abc import Iterator

from nntui.guide.topics import page, topics

NAMES = [topic.name for topic in topics()]
_BLOCK = re.compile(r"^```(\S*)( no_run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEYS = re.compile(r"^\| (\w+) key \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE)


def blocks(name: str, language: str) -> list[str]:
    """The blocks of a page that can be run as they stand."""
    return [code for kind, no_run, code in _BLOCK.findall(page(name)) if kind == language and not no_run]


def commands(text: str) -> set[str]:
    """The commands of nntui that a text names, in a line of code or between backticks."""
    lines = "\n".join(code for _, _, code in _BLOCK.findall(text)).splitlines()
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    named = [re.match(r"\s*nntui ([a-z]+)", piece) for piece in (*lines, *quoted)]
    return {match[1] for match in named if match}


def keys(name: str) -> Iterator[tuple[str, str]]:
    """Each place and key of the tables of keys in a page."""
    for place, rows in _KEYS.findall(page(name)):
        for row in rows.splitlines():
            yield from ((place, key) for key in re.findall(r"`(\S+)`", row.split("|")[1]))
