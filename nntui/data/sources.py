"""Resolving `data.source` to a file or a generator."""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from nntui.data.cards import Card, cards
from nntui.data.errors import DataError, shown, source_error
from nntui.data.generators.base import Generator
from nntui.data.readers.outline import Reader
from nntui.data.settings import DataSettings
from nntui.resources import datasets_dir

_READERS = {
    ".csv": "csv_table",
    ".tsv": "csv_table",
    ".tab": "csv_table",
    ".txt": "csv_table",
    ".data": "csv_table",
    ".npz": "npz",
}


@dataclass(frozen=True, slots=True)
class LocatedFile:
    """Data in a file or folder."""

    name: str
    path: Path
    reader: Reader
    card: Card | None = None
    """For a bundled set."""


def locate(settings: DataSettings, base: Path) -> LocatedFile | Generator:
    """The file or generator that the source names; DataError where there is none.

    A word without separator and dot is looked up among the bundled sets and generators first, then as a path; relative
    paths start at `base`.
    """
    source = settings.source
    if not source.strip():
        raise source_error("is empty; expected the name of a bundled set or generator, or a path")
    is_word = not any(character in source for character in "./\\")
    if is_word:
        card = cards().get(source)
        if card is not None:
            return _bundled(card)
        generator = Generator.members().get(source)
        if generator is not None:
            return settings.generator if isinstance(settings.generator, generator) else generator()
    try:
        path = base / Path(source).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise source_error(f"{shown(source)} is not a path that can be read ({reason})") from None
    if is_folder:
        return LocatedFile(path.resolve().name or source, path, _reader("idx_folder"))
    if is_file:
        return LocatedFile(path.stem, path, _reader(_kind(path)))
    raise _unknown_word(source) if is_word else _missing(source, base, path)


def _bundled(card: Card) -> LocatedFile:
    folder = datasets_dir() / card.name
    table = folder / f"{card.name}.csv"
    if table.is_file():
        return LocatedFile(card.name, table, _reader("csv_table"), card)
    return LocatedFile(card.name, folder, _reader("idx_folder"), card)


def _reader(name: str) -> Reader:
    # Imported when needed: the readers import NumPy, and listing the sources must not.
    return cast(Reader, importlib.import_module(f"nntui.data.readers.{name}"))


def _kind(path: Path) -> str:
    if "-ubyte" in path.name:
        raise source_error(f"{shown(path.name)} is one file of an IDX set; give the folder {shown(str(path.parent))}")
    kind = _READERS.get(path.suffix.lower())
    if kind is None:
        raise source_error(
            f"{shown(path.name)} is not a supported file: CSV ({_known_tables()}), NPZ or a folder of IDX files"
        )
    return kind


def _known_tables() -> str:
    return ", ".join(suffix for suffix, kind in _READERS.items() if kind == "csv_table")


def _unknown_word(source: str) -> DataError:
    names = [*cards(), *Generator.members()]
    near = difflib.get_close_matches(source.lower(), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}."
    return source_error(f"no data {shown(source)}; {hint} For a file of your own give its path, as in 'flowers.csv'")


def _missing(source: str, base: Path, path: Path) -> DataError:
    if path.exists():
        return source_error(f"{shown(source)} is neither a file nor a folder")
    where = "" if Path(source).is_absolute() else f" in {shown(str(base.resolve()), 120)}"
    return source_error(f"no file or folder {shown(source, 200)}{where}")
