"""Tables: parsing a TOML table into a settings class with pydantic, with error messages in our own words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic_core import ErrorDetails, SchemaValidator, ValidationError, core_schema

from nntui.display.printable import cut
from nntui.modelfile.problems import Problem, shown, suggestion
from nntui.settings import Configurable, Setting, settings_of

Parsed = TypeVar("Parsed")
Draft = Mapping[str, Any]

_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
_NAMES = "names, as a list or as a text with commas between"
_BOUNDS = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
DEEPEST_LIST = 8
"""Nested lists of layers, including the model's own, so that code may walk them recursively."""


def all_settings(cls: type, beside: type | None = None) -> dict[str, Setting]:
    """The settings of a class by name; `beside` is a class whose keys stand in the same table."""
    return {**settings_of(cls), **(settings_of(beside) if beside else {})}


def parse_table(
    cls: type[Parsed], raw: Any, path: str, problems: list[Problem], *, beside: type | None = None
) -> tuple[Parsed | None, dict[str, Any]]:
    """The settings class filled from a table, None if that fails, and the values for the class `beside` it.

    Problems are added to `problems` with their paths under `path`: unknown keys first, since they may explain why
    others are missing, then in the order of the settings.
    """
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"must be a table, got {shown(raw)}"))
        return None, {}
    raw = cast("Draft", raw)
    settings = all_settings(cls, beside)
    before = len(problems)
    unknown = [str(key) for key in raw if key not in settings]
    problems.extend(Problem(_join(path, key), f"is not known{suggestion(key, tuple(settings))}") for key in unknown)
    values, errors = _checked(cls, beside, settings, raw)
    for name, setting in settings.items():
        where = _join(path, name)
        if name in errors:
            problems.append(Problem(where, _message(errors[name], setting)))
        elif setting.is_table:
            values |= _sub_table(setting, raw, where, problems)
        elif setting.is_list:
            values[name] = tuple(parse_members(setting.kind, raw.get(name, []), where, problems))
        elif setting.choices and raw.get(name) is not None and raw[name] not in setting.choices:
            hint = suggestion(raw[name], setting.choices)
            problems.append(Problem(where, f"got {shown(raw[name])}, which is not a choice{hint}"))
    if len(problems) > before:
        return None, {}
    own = {item.name for item in dataclasses.fields(cls) if item.init}  # type: ignore[arg-type]
    others = {name: value for name, value in values.items() if name not in own}
    return cls(**{name: value for name, value in values.items() if name in own}), others


def parse_member(kind: type, raw: Any, path: str, problems: list[Problem], *, default: Any = None) -> Any:
    """A sub-table: a plain settings class, or the member of a family named by `type`; None if that fails.

    For a family a text alone is short for a table with that `type`, and a table without one has the `default`'s.
    """
    if not issubclass(kind, Configurable):
        settings: Any = parse_table(kind, raw, path, problems)[0]
        return settings
    family = kind.members()
    if isinstance(raw, str):
        raw = {"type": raw}
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"must be a table with a type, got {shown(raw)}"))
        return None
    raw = cast("Draft", raw)
    name = raw.get("type", default.type if isinstance(default, kind) else None)
    if name is None:
        problems.append(Problem(_join(path, "type"), f"is missing; expected one of {', '.join(family)}"))
        return None
    if not isinstance(name, str) or name not in family:
        hint = suggestion(name if isinstance(name, str) else "", tuple(family))
        problems.append(Problem(_join(path, "type"), f"got {shown(name)}, which is not known{hint}"))
        return None
    rest = {key: value for key, value in raw.items() if key != "type"}
    return parse_table(family[name], rest, path, problems)[0]


def parse_members(family: type[Configurable], raw: Any, path: str, problems: list[Problem]) -> list[Any]:
    """The members of the family in a list of tables, None for each that is invalid."""
    header = re.sub(r"\[[0-9]+\]", "", path)
    if not isinstance(raw, list):
        problems.append(Problem(path, f"must be a list of tables, each written as [[{header}]], got {shown(raw)}"))
        return []
    if header.count(".") >= DEEPEST_LIST:
        most = f"at most {DEEPEST_LIST} lists of layers may be within one another"
        problems.append(Problem(path, f"is too deep; {most}, the model's own among them"))
        return []
    if not raw:
        which = "" if path == header else f" as [[{header}]]"
        problems.append(Problem(path, f"is empty; add at least one layer{which}, such as a dense one"))
    items = cast("list[Any]", raw)
    return [parse_member(family, item, f"{path}[{index}]", problems) for index, item in enumerate(items)]


def _sub_table(setting: Setting, raw: Draft, path: str, problems: list[Problem]) -> dict[str, Any]:
    value = raw.get(setting.name)
    if setting.name in raw and not (value is None and setting.optional):
        return {setting.name: parse_member(setting.kind, value, path, problems, default=setting.default)}
    if setting.required:
        problems.append(Problem(path, f"is missing; expected a table: {setting.help}"))
    return {}


def _checked(
    cls: type, beside: type | None, settings: Mapping[str, Setting], raw: Draft
) -> tuple[dict[str, Any], dict[str, ErrorDetails]]:
    """The values of the plain keys, and the first error of each invalid key."""
    plain = {
        name: _joined(raw[name]) if setting.is_names else raw[name]
        for name, setting in settings.items()
        if name in raw and setting.is_plain
    }
    try:
        return _validator(cls, beside).validate_python(plain), {}
    except ValidationError as error:
        return {}, {str(item["loc"][0]): item for item in error.errors(include_url=False)}


def _joined(value: Any) -> Any:
    """A list of names as one text with commas; anything else unchanged."""
    if not isinstance(value, list):
        return value
    names = cast("list[Any]", value)
    return ", ".join(names) if names and all(isinstance(name, str) for name in names) else names


# Cached by class, so that a class defined later gets its own; without the choices, as these may grow.
@lru_cache(maxsize=256)
def _validator(cls: type, beside: type | None) -> SchemaValidator:
    fields = {
        name: core_schema.typed_dict_field(_value_schema(setting), required=setting.required)
        for name, setting in all_settings(cls, beside).items()
        if setting.is_plain
    }
    return SchemaValidator(core_schema.typed_dict_schema(fields))


def _value_schema(setting: Setting) -> core_schema.CoreSchema:
    bounds: dict[str, Any] = {
        "ge": setting.minimum, "gt": setting.above, "le": setting.maximum, "lt": setting.below
    }  # fmt: skip
    makers: dict[type, Callable[[], core_schema.CoreSchema]] = {
        int: lambda: core_schema.int_schema(strict=True, **bounds),
        float: lambda: core_schema.float_schema(strict=True, allow_inf_nan=False, **bounds),
        bool: lambda: core_schema.bool_schema(strict=True),
        str: lambda: core_schema.str_schema(strict=True),
    }
    schema = makers[setting.kind]()
    return core_schema.nullable_schema(schema) if setting.optional else schema


def _join(path: str, key: str) -> str:
    return f"{path}.{cut(key)}" if path else cut(key)


def _message(error: ErrorDetails, setting: Setting) -> str:
    kind = _NAMES if setting.is_names else _KINDS[setting.kind]
    got = shown(error["input"])
    if error["type"] == "missing":
        return f"is missing; expected {kind}: {setting.help}"
    if error["type"] in _BOUNDS:
        return f"must be {setting.bounds}, got {got}"
    too_large = isinstance(error["input"], int) and not isinstance(error["input"], bool) and setting.kind is float
    if error["type"] == "finite_number" or too_large:
        return f"must be a finite number, got {got}"
    return f"must be {kind}, got {got}"
