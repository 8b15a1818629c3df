"""Tables: a TOML table checked against a settings class by pydantic, its errors told in our words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from nntui.nn.settings import Configurable, Setting, settings_of
from nntui.spec.problems import Problem, suggestion

Parsed = TypeVar("Parsed")
Draft = Mapping[str, Any]

_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text in quotes"}


def table_model(cls: type, extra: Mapping[str, Setting] | None = None) -> type[BaseModel]:
    """The pydantic model of a settings class's plain keys, sub-tables left out; `extra` adds keys of another class."""
    plain = {**settings_of(cls), **(extra or {})}
    fields: dict[str, Any] = {
        name: (setting.kind | None if setting.optional else setting.kind, _field(setting))
        for name, setting in plain.items()
        if not setting.is_table
    }
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    return create_model(cls.__name__, __config__=config, **fields)


def _field(setting: Setting) -> Any:
    default = ... if setting.required else setting.default
    details: dict[str, Any] = {"description": setting.help + (f" ({setting.unit})" if setting.unit else "")}
    if setting.choices:
        details["json_schema_extra"] = {"enum": list(setting.choices)}
    return Field(
        default, ge=setting.minimum, gt=setting.above, le=setting.maximum, lt=setting.below, **details
    )  # fmt: skip


def parse_table(
    cls: type[Parsed], raw: Any, path: str, problems: list[Problem], *, extra: Mapping[str, Setting] | None = None
) -> tuple[Parsed | None, dict[str, Any]]:
    """The settings class filled from a table, None where that fails, and the values of the `extra` keys.

    What is wrong is added to `problems`, each with its path under `path`.
    """
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"must be a table, got {_shown(raw)}"))
        return None, {}
    settings = {**settings_of(cls), **(extra or {})}
    before = len(problems)
    values: dict[str, Any] = {}
    nested = {name for name, setting in settings.items() if setting.is_table}
    plain = {key: value for key, value in raw.items() if key not in nested}
    try:
        values |= table_model(cls, extra)(**plain).model_dump()
    except ValidationError as error:
        problems.extend(_told(item, path, settings) for item in error.errors(include_url=False))
    for name, value in list(values.items()):
        choices = settings[name].choices
        if choices and value is not None and value not in choices:
            hint = suggestion(value, choices)
            problems.append(Problem(_join(path, name), f"got '{value}', which is not a choice{hint}"))
    for name in nested:
        if name in raw:
            values[name] = parse_member(settings[name].kind, raw[name], _join(path, name), problems)
    if len(problems) > before:
        return None, {}
    own = {item.name for item in dataclasses.fields(cls) if item.init}  # type: ignore[arg-type]
    others = {name: value for name, value in values.items() if name not in own}
    return cls(**{name: value for name, value in values.items() if name in own}), others


def parse_member(kind: type, raw: Any, path: str, problems: list[Problem]) -> Any:
    """A sub-table: a settings class as it is, or the member of a family that its `type` names; None where that fails.

    For a family a text alone stands for a table with that `type`.
    """
    if not issubclass(kind, Configurable):
        return parse_table(kind, raw, path, problems)[0]
    family = kind.members()
    if isinstance(raw, str):
        raw = {"type": raw}
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"must be a table with a type, got {_shown(raw)}"))
        return None
    name = raw.get("type")
    if name is None:
        problems.append(Problem(_join(path, "type"), f"is missing; expected one of {', '.join(family)}"))
        return None
    if not isinstance(name, str) or name not in family:
        hint = suggestion(str(name), tuple(family))
        problems.append(Problem(_join(path, "type"), f"got {_shown(name)}, which is not known{hint}"))
        return None
    rest = {key: value for key, value in raw.items() if key != "type"}
    return parse_table(family[name], rest, path, problems)[0]


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}...'"
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)


def _told(error: ErrorDetails, path: str, settings: Mapping[str, Setting]) -> Problem:
    key = str(error["loc"][0]) if error["loc"] else ""
    where, got = _join(path, key), _shown(error["input"])
    if error["type"] == "extra_forbidden":
        return Problem(where, f"is not known{suggestion(key, tuple(settings))}")
    setting = settings[key]
    kind = _KINDS[setting.kind]
    if error["type"] == "missing":
        return Problem(where, f"is missing; expected {kind}: {setting.help}")
    if error["type"] in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return Problem(where, f"must be {setting.bounds}, got {got}")
    if error["type"] == "finite_number":
        return Problem(where, f"must be a finite number, got {got}")
    return Problem(where, f"must be {kind}, got {got}")
