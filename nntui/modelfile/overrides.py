"""Overrides: setting keys of a draft by path, as `--set training.epochs=5` does."""

from __future__ import annotations

import copy
import itertools
import re
import tomllib
from collections.abc import Sequence
from typing import Any, cast

from nntui.modelfile.problems import Problem, SpecError, refusal, shown

_PART = r"[\w-]+(?:\[-?[0-9]{1,6}\])*"
_PATH = re.compile(rf"{_PART}(?:\.{_PART})*")
_KEY = re.compile(r"[^.\[\]]+")


def apply_overrides(draft: dict[str, Any], assignments: Sequence[str]) -> None:
    """Sets keys of the draft in place: 'training.epochs=5', 'layers[-1].units=3', 'training.optimizer.type=sgd'.

    The right side is parsed as TOML, else taken as plain text. Raises SpecError with every invalid path, after the
    other keys have been set.
    """
    problems: list[Problem] = []
    for assignment in assignments:
        # On a copy, so that an assignment with an invalid path leaves nothing behind.
        attempt = copy.deepcopy(draft)
        try:
            _apply(attempt, assignment)
        except SpecError as error:
            problems += error.problems
        else:
            draft.update(attempt)
    if problems:
        raise SpecError(problems)


def _apply(draft: dict[str, Any], assignment: str) -> None:
    path, equals, text = assignment.partition("=")
    path = path.strip()
    if not equals or not _PATH.fullmatch(path):
        raise refusal(f"--set {shown(assignment)}: expected PATH=VALUE, such as training.epochs=5")
    _assign(draft, path, _value(text.strip()))


def _value(text: str) -> Any:
    # With a line break the text could set other keys too.
    if "\n" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _assign(draft: dict[str, Any], path: str, value: Any) -> None:
    keys = [_key_or_index(key) for key in _KEY.findall(path)]
    container: Any = draft
    for key, next_key in itertools.pairwise(keys):
        _check(container, key, path)
        child: Any = cast("dict[str | int, Any]", container).get(key) if isinstance(container, dict) else container[key]
        if child is None:
            child = [] if isinstance(next_key, int) else {}
        elif isinstance(child, str) and isinstance(next_key, str):
            # A text alone is short for a table with that type: 'optimizer = "adam"'.
            child = {"type": child}
        container[key] = child
        container = child
    _check(container, keys[-1], path)
    container[keys[-1]] = value


def _key_or_index(key: str) -> str | int:
    return int(key) if re.fullmatch("-?[0-9]+", key) else key


def _check(container: Any, key: str | int, path: str) -> None:
    """Raises SpecError if the container cannot have the key."""
    if isinstance(key, int):
        if isinstance(container, list):
            length = len(cast("list[Any]", container))
            if -length <= key < length:
                return
            raise _invalid_path(path, f"no [{key}] in a list of {length}, counted from 0")
        raise _invalid_path(path, f"no [{key}] in {shown(container)}")
    if not isinstance(container, dict):
        raise _invalid_path(path, f"no '{key}' in {shown(container)}")


def _invalid_path(path: str, why: str) -> SpecError:
    return refusal(f"--set {path}: there is {why}")
