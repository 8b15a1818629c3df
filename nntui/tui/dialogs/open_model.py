"""Opening a model: the ready ones, those in the folder, or a path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntui.display.printable import printable
from nntui.resources import models_dir
from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.choose import Chooser

_MOST = 200
"""Files of a folder that are listed."""
_HEAD = 2000
"""Bytes of a file that are looked at for its first comment."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that was opened."""

    draft: dict[str, Any]
    path: Path | None
    """Where saving puts it back; None for a ready one."""
    base: Path
    """Where its relative data paths begin."""


def found_models(folder: Path) -> list[Choice]:
    """The ready models, and the model files in `folder`, each with its first comment."""
    ready = [Choice(path, path.stem, _comment(path)) for path in sorted(models_dir().glob("*.toml"))]
    own = [path for path in sorted(_tomls(folder))[:_MOST] if "[[layers]]" in _head(path)]
    return ready + [Choice(path, path.name, _comment(path)) for path in own]


def _tomls(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.glob("*.toml") if path.is_file()]
    except OSError:
        return []


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""


def _comment(path: Path) -> str:
    first = next((line for line in _head(path).splitlines() if line.strip()), "")
    text = first.lstrip("# ").strip() if first.startswith("#") else ""
    return printable(text)


class OpenDialog(Chooser[Opened]):
    """Answers with what was opened; what cannot be read is said in the dialog, which stays."""

    def __init__(self, models: Sequence[Choice], *, base: Path, read: Callable[[Path], dict[str, Any]]) -> None:
        """`read` gives the draft in a file or raises SpecError; `base` is where a relative path begins."""
        super().__init__("open a model", models, free="the path of a model file")
        self._base, self._read = base, read

    def take(self, choice: Choice) -> None:
        """Opens the file, and closes where that works."""
        from nntui.modelfile.problems import SpecError

        path = self._base / Path(choice.value).expanduser() if isinstance(choice.value, str) else choice.value
        try:
            draft = self._read(path)
        except SpecError as error:
            self.say(str(error.problems[0]))
            return
        is_ready = path.parent == models_dir()
        self.dismiss(Opened(draft, None if is_ready else path, self._base if is_ready else path.parent))
