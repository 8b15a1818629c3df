"""The model the app opens with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntui.resources import models_dir


@dataclass(frozen=True, slots=True)
class FirstModel:
    """A draft, and where it is from."""

    draft: dict[str, Any]
    base: Path
    """Where its relative data paths begin."""
    path: Path | None = None
    """Where saving puts it back; None for the bundled one."""
    problem: str = field(default="")
    """Why the model that was asked for could not be opened; '' where it was."""


def first_model(path: Path | None, *, base: Path) -> FirstModel:
    """The model at `path`, or the bundled digits-mlp where there is no path or it cannot be read."""
    if path is not None:
        from nntui.modelfile.document import read_document
        from nntui.modelfile.problems import SpecError

        try:
            draft = read_document(path)
            if path.resolve().parent == models_dir().resolve():
                # A bundled model is where to begin, not a file of this person's: it is saved elsewhere.
                return FirstModel(draft, base)
            return FirstModel(draft, path.absolute().parent, path.absolute())
        except SpecError as error:
            return FirstModel(_bundled(), base, problem=str(error.problems[0]))
    return FirstModel(_bundled(), base)


def _bundled() -> dict[str, Any]:
    # Not by nntui.modelfile, which brings NumPy and pydantic: the first frame is drawn without waiting for them.
    return tomllib.loads((models_dir() / "digits-mlp.toml").read_text(encoding="utf-8"))
