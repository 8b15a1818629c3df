"""What goes wrong with data, in words for the person who chose it."""

from __future__ import annotations


class DataError(Exception):
    """Data that cannot be had as asked for: `path` names the setting, `message` says what, where and what to do.

    `str(error)` is one line: "data.source: no file 'iris.csv'".
    """

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = printable(" ".join(message.split()))
        super().__init__(f"{path}: {self.message}")


def source_error(message: str) -> DataError:
    """A DataError about the source itself."""
    return DataError("data.source", message)


def shown(text: str, limit: int = 60) -> str:
    """Text from a file for a message: quoted, control characters escaped, cut to `limit` characters."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def printable(text: str, limit: int | None = None) -> str:
    """Text from a file made safe to show: control characters replaced, cut to `limit` characters."""
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)
