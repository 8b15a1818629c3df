"""Relocation: the draft for a model file in another folder, where its data's path leads to the same file."""

from __future__ import annotations

import os
from pathlib import Path

from nntui.tui.places.builder.drafts import Draft, value_at, with_value

_SOURCE = ("data", "source")


def relocated(draft: Draft, base: Path, folder: Path) -> Draft:
    """The draft whose relative data path begins at `folder` instead of `base`; the same draft where none changes.

    Names of bundled sets and generators, absolute paths and words that lead to nothing stay as they are.
    """
    source = value_at(draft, _SOURCE)
    if not isinstance(source, str) or not source.strip() or _is_name(source):
        return draft
    path = Path(source)
    try:
        if path.expanduser().is_absolute() or folder.resolve() == base.resolve() or not (base / path).exists():
            return draft
    except (OSError, ValueError, RuntimeError):
        return draft  # It is no path, as the validation says: a null byte, a name too long, an unknown user.
    return with_value(draft, _SOURCE, _path_from(folder, base / path))


def _is_name(source: str) -> bool:
    from nntui.data.cards import cards
    from nntui.data.generators.base import Generator

    return source in cards() or source in Generator.members()


def _path_from(folder: Path, target: Path) -> str:
    # Resolved up to the last part, because '..' behind a link leads elsewhere than the words say.
    target = target.parent.resolve() / target.name
    try:
        path = Path(os.path.relpath(target, folder.resolve())).as_posix()
    except ValueError:
        return str(target)  # On another drive.
    # A word alone could be the name of a bundled set.
    return f"./{path}" if _is_name(path) else path
