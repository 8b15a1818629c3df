"""The lists in the guide, made from the classes themselves: every layer, loss, setting and data set there is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from functools import partial

from nntui.data.cards import cards
from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.modelfile.settings import Checkpoints, EarlyStopping, TrainingSettings
from nntui.nn.activations import Activation
from nntui.nn.initializers import Initializer
from nntui.nn.layers.base import GROUPS, Layer
from nntui.nn.losses import Loss
from nntui.nn.metrics import Metric
from nntui.nn.optimizers import Optimizer
from nntui.nn.schedules import Schedule
from nntui.settings import Configurable, Setting, settings_of


def _members(family: type[Configurable]) -> str:
    return _lines(family.members().items())


def _layers() -> str:
    """A list for each kind of layer, under its name."""
    members = Layer.members()
    kinds = dict.fromkeys([*GROUPS, *(kind.group for kind in members.values())])
    groups = {group: [item for item in members.items() if item[1].group == group] for group in kinds}
    return "\n\n".join(f"### {group.capitalize()}\n\n{_lines(items)}" for group, items in groups.items() if items)


def _lines(items: Iterable[tuple[str, type[Configurable]]]) -> str:
    return "\n".join(f"- `{name}`: {kind.summary()}{_keys_of(kind)}" for name, kind in items)


def _keys_of(kind: type[Configurable]) -> str:
    keys = ", ".join(f"`{key}`" for key in settings_of(kind)) if dataclasses.is_dataclass(kind) else ""
    return f" Keys: {keys}." if keys else ""


def _keys(cls: type) -> str:
    return "\n".join(_key(setting) for setting in settings_of(cls).values())


def _key(setting: Setting) -> str:
    """A key with its bounds, what it means, and what it is where it is left out."""
    bounds = ", ".join(filter(None, (setting.unit, setting.bounds)))
    choices = f" One of {', '.join(f'`{choice}`' for choice in setting.choices)}." if setting.choices else ""
    head = f"`{setting.name}` ({bounds})" if bounds else f"`{setting.name}`"
    return f"- {head}: {setting.help}{choices} {_left_out(setting)}"


def _left_out(setting: Setting) -> str:
    if setting.required:
        return "Must be given."
    if setting.default is None:
        return f"Left out: {setting.absent}."
    if isinstance(setting.default, Configurable):
        return f"Left out: `{setting.default.type}`."
    value = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
    return f"Left out: `{value}`."


def _bundled_sets() -> str:
    return "\n".join(f"- `{card.name}`: {card.summary.rstrip('.')}" for card in cards().values())


LISTS: dict[str, Callable[[], str]] = {
    "activations": partial(_members, Activation),
    "bundled-sets": _bundled_sets,
    "checkpoint-keys": partial(_keys, Checkpoints),
    "data-keys": partial(_keys, DataSettings),
    "early-stopping-keys": partial(_keys, EarlyStopping),
    "generators": partial(_members, Generator),
    "initializers": partial(_members, Initializer),
    "layers": _layers,
    "losses": partial(_members, Loss),
    "metrics": partial(_members, Metric),
    "optimizers": partial(_members, Optimizer),
    "schedules": partial(_members, Schedule),
    "training-keys": partial(_keys, TrainingSettings),
}
"""By the name a page asks for in a line of its own: `<!-- list: NAME ... -->`."""
