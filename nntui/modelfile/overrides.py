"""Overrides: keys of a draft set by path, as `--set training.epochs=5` does."""

from __future__ import annotations

import copy
import itertools
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from nntui.modelfile.problems import Problem, SpecError, refusal, shown

_PART = r"[\w-]+(?:\[-?[0-9]{1,6}\])*"
_PATH = re.compile(rf"{_PART}(?:\.{_PART})*")
_KEY = re.compile(r"[^.\[\]]+")


def apply_overrides(draft: dict[str, Any], assignments: Sequence[str]) -> None:
    """Sets keys of the draft in place: 'training.epochs=5', 'layers[-1].units=3', 'training.optimizer.type=sgd'.

    The right side is read as TOML, and as a plain text where that fails. Raises SpecError with every path that leads
    nowhere, when the others are set.
    """
    problems: list[Problem] = []
    for assignment in assignments:
        # What an assignment has begun before it leads nowhere must not stay.
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
    # A line break would let the text set other keys than this one.
    if "\n" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _assign(draft: dict[str, Any], path: str, value: Any) -> None:
    keys = [_step(key) for key in _KEY.findall(path)]
    place: Any = draft
    for key, following in itertools.pairwise(keys):
        _check(place, key, path)
        child = place.get(key) if isinstance(place, dict) else place[key]
        if child is None:
            child = [] if isinstance(following, int) else {}
        elif isinstance(child, str) and isinstance(following, str):
            # A text alone stands for a table with that type: 'optimizer = "adam"'.
            child = {"type": child}
        place[key] = child
        place = child
    _check(place, keys[-1], path)
    place[keys[-1]] = value


def _step(key: str) -> str | int:
    return int(key) if re.fullmatch("-?[0-9]+", key) else key


def _check(place: Any, key: str | int, path: str) -> None:
    """Refuses a path that cannot be followed from here."""
    if isinstance(key, int):
        if isinstance(place, list) and -len(place) <= key < len(place):
            return
        have = f"a list of {len(place)}, counted from 0" if isinstance(place, list) else shown(place)
        raise _leads_nowhere(path, f"no [{key}] in {have}")
    if not isinstance(place, dict):
        raise _leads_nowhere(path, f"no '{key}' in {shown(place)}")


def _leads_nowhere(path: str, why: str) -> SpecError:
    return refusal(f"--set {path}: there is {why}")
