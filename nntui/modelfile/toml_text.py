"""Writing plain values as TOML with tomlkit: every draft can be written, and comments of an older text are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Integer, Item, Trivia
from tomlkit.toml_document import TOMLDocument


def to_toml(values: Mapping[str, Any], *, older: str = "") -> str:
    """The table as TOML: plain keys first, then a section for each table and each table of a list.

    The comments and the layout of an `older` text are kept where their keys are. TOML cannot express None: keys and
    items that are None are omitted. Lone surrogates become U+FFFD.
    """
    plain = _writable(values)
    document = _parsed(older)
    if document is None:
        document = tomlkit.document()
    _update(document, plain)
    return tomlkit.dumps(document)


def _parsed(text: str) -> TOMLDocument | None:
    try:
        return tomlkit.parse(text) if text.strip() else None
    except (TOMLKitError, ValueError, RecursionError):
        return None


def _writable(value: Any) -> Any:
    """The value without None, and with the plain keys of each table first."""
    if isinstance(value, Mapping):
        table = cast("Mapping[Any, Any]", value)
        items = [(_text(str(key)), _writable(item)) for key, item in table.items() if item is not None]
        return dict(sorted(items, key=lambda item: _is_section(item[1])))
    if isinstance(value, (list, tuple)):
        return [_writable(item) for item in cast("Sequence[Any]", value) if item is not None]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def _is_section(value: Any) -> bool:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return bool(items) and all(isinstance(item, dict) for item in items)
    return isinstance(value, dict)


def _update(table: Any, values: Mapping[str, Any]) -> None:
    """Updates the tomlkit table to these values, changing no more of it than needed."""
    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        old = table.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _update(old, cast("dict[str, Any]", value))
        elif _is_section(value) and isinstance(value, list) and isinstance(old, AoT):
            _update_list(old, cast("list[dict[str, Any]]", value))
        elif key not in table or _plain(old) != value or type(_plain(old)) is not type(value):
            table[key] = _item(value)


def _plain(item: Any) -> Any:
    # A tomlkit table returns booleans as plain values, and everything else as its own items.
    return item.unwrap() if isinstance(item, Item) else item


def _update_list(tables: AoT, values: list[dict[str, Any]]) -> None:
    while len(tables) > len(values):
        del tables[-1]
    for index, value in enumerate(values):
        if index < len(tables):
            _update(tables[index], value)
        else:
            tables.append(_item(value))


def _item(value: Any) -> Any:
    if isinstance(value, dict):
        table = tomlkit.table()
        for key, item in cast("dict[str, Any]", value).items():
            table.append(key, _item(item))
        return table
    if isinstance(value, list) and _is_section(value):
        return AoT([_item(item) for item in cast("list[Any]", value)])
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 10_000:
        # Python limits the digits of decimal numbers; in hexadecimal TOML can hold longer ones.
        return Integer(value, Trivia(), hex(value))
    return tomlkit.item(value)
