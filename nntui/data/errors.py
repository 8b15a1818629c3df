"""Errors about data, in words for the person who chose the data."""

from __future__ import annotations

from nntui.display.message import message_line, quoted


class DataError(Exception):
    """Data that cannot be loaded as asked: `path` names the setting, `message` says what, where and what to do.

    `str(error)` is one line of bounded length: "data.source: no file 'iris.csv'".
    """

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message_line(" ".join(message.split()))
        super().__init__(f"{path}: {self.message}")


def source_error(message: str) -> DataError:
    """A DataError about the source itself."""
    return DataError("data.source", message)


def shown(text: str, limit: int = 60) -> str:
    """Text from a file for a message: quoted, control characters escaped, cut to `limit` characters."""
    return quoted(text, limit)
