"""Changing a run while it trains, or its epochs when it is over: what may be changed, and the values typed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nntui.runs.directory import RunDirectory
from nntui.spec.document import read_document
from nntui.spec.parsing import parse
from nntui.spec.problems import Problem, SpecError
from nntui.spec.tunable import Tunable, tunables, why_not
from nntui.spec.typed_number import typed_number

_MORE = re.compile(r"\+[0-9]{1,12}")


def changeable(run: RunDirectory) -> dict[str, Tunable]:
    """What of a run may be changed while it trains, by name; SpecError where its model cannot be read.

    The values are the model file's, which are those the run began with, but for the epochs, which are the present ones.
    """
    return tunables(parse(read_document(run.model_path, follow=False)))


def typed_value(tunable: Tunable, text: str) -> int | float | str:
    """What a text stands for as a value of a setting, a text where it is no number: '+100' is so many epochs more."""
    if tunable.name == "epochs" and _MORE.fullmatch(text.strip()):
        return int(tunable.value) + int(text)
    return typed_number(text.strip(), whole=True)


def typed_changes(texts: Mapping[str, str], known: Mapping[str, Tunable], *, epoch: int = 0) -> dict[str, float]:
    """The values that texts stand for, by the names of settings; SpecError with every problem of them."""
    problems: list[Problem] = []
    values: dict[str, float] = {}
    for name, text in texts.items():
        if name not in known:
            problems.append(Problem("", why_not(name, known)))
            continue
        value = typed_value(known[name], text)
        message = known[name].problem(value, epoch=epoch)
        if message or isinstance(value, str):
            problems.append(Problem(name, message))
        else:
            values[name] = value
    if problems:
        raise SpecError(problems)
    return values
