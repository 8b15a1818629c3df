"""The JSON Schema of the model file, generated from the settings classes, for editors and other programs."""

from __future__ import annotations

from typing import Any

from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.modelfile.keys import PROVENANCE
from nntui.modelfile.parsing import LONGEST_NAME
from nntui.modelfile.settings import TrainingSettings
from nntui.modelfile.tables import all_settings
from nntui.nn.layers.base import Layer
from nntui.settings import Configurable, Setting, settings_of

Schema = dict[str, Any]
_TYPES = {int: "integer", float: "number", bool: "boolean", str: "string"}


def json_schema() -> Schema:
    """The schema (draft 2020-12) of a model file, with every layer, optimizer, loss and generator.

    A file that violates it has problems; those that depend on several keys, or on the data, only `validate` finds.
    """
    definitions: Schema = {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nntui model file",
        "type": "object",
        "additionalProperties": False,
        "required": ["data", "layers"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
            "data": _data(definitions),
            "layers": _members(Layer, definitions),
            "training": _table(TrainingSettings, definitions),
            PROVENANCE: {"type": "object", "description": "Written into a run's own model file."},
        },
        "$defs": definitions,
    }


def _data(definitions: Schema) -> Schema:
    """The data table; if the source is a generator, its settings stand beside the common ones."""
    generators = Generator.members()
    plain = _table(DataSettings, definitions)
    plain["properties"]["source"]["not"] = {"enum": list(generators)}
    generated: list[Schema] = []
    for name, kind in generators.items():
        table = _table(DataSettings, definitions, beside=kind)
        table["description"] = kind.summary()
        table["properties"]["source"] = {"const": name}
        generated.append(table)
    return {"oneOf": [plain, *generated]}


def _table(cls: type, definitions: Schema, *, beside: type | None = None) -> Schema:
    settings = all_settings(cls, beside)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").strip().split("\n", 1)[0],
        "properties": {name: _setting(setting, definitions) for name, setting in settings.items()},
        "required": [name for name, setting in settings.items() if setting.required],
        "additionalProperties": False,
    }


def _setting(setting: Setting, definitions: Schema) -> Schema:
    if setting.is_list:
        schema: Schema = _members(setting.kind, definitions)
    else:
        schema = _sub_table(setting.kind, definitions) if setting.is_table else _value(setting)
    if isinstance(setting.default, Configurable):
        # The type may be omitted: then the table has the default's type.
        untyped = _table(type(setting.default), definitions)
        schema = {"oneOf": [*schema["oneOf"], untyped]}
    if setting.optional:
        schema = {"anyOf": [schema, {"type": "null"}]}
    description = [
        setting.help,
        f"({setting.unit})" if setting.unit else "",
        f"Left out: {setting.absent}." if setting.absent else "",
    ]
    schema = {**schema, "description": " ".join(filter(None, description))}
    if setting.is_plain and not setting.required and setting.default is not None:
        schema["default"] = setting.default
    return schema


def _value(setting: Setting) -> Schema:
    bounds = {
        "minimum": setting.minimum,
        "exclusiveMinimum": setting.above,
        "maximum": setting.maximum,
        "exclusiveMaximum": setting.below,
        "enum": list(setting.choices) or None,
    }
    if setting.is_names:
        names = {"type": "array", "minItems": 1, "items": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, names]}
    return {"type": _TYPES[setting.kind]} | {key: value for key, value in bounds.items() if value is not None}


def _sub_table(kind: type, definitions: Schema) -> Schema:
    return _member(kind, definitions) if issubclass(kind, Configurable) else _table(kind, definitions)


def _members(family: type[Configurable], definitions: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": _member(family, definitions)}


def _member(family: type[Configurable], definitions: Schema) -> Schema:
    """A member of a family: a table with its type, or, if no other setting is required, the type alone."""
    type_alone: list[str] = []
    tables: list[Schema] = []
    for name, kind in family.members().items():
        key = f"{family.__name__.lower()}.{name}"
        tables.append({"$ref": f"#/$defs/{key}"})
        if not any(setting.required for setting in settings_of(kind).values()):
            type_alone.append(name)
        if key not in definitions:
            # Registered before it is built, since a member may contain a list of members.
            definitions[key] = {}
            definitions[key] |= _member_table(name, kind, definitions)
    return {"oneOf": [*([{"enum": type_alone}] if type_alone else []), *tables]}


def _member_table(name: str, kind: type, definitions: Schema) -> Schema:
    table = _table(kind, definitions)
    table["properties"] = {"type": {"const": name}, **table["properties"]}
    table["required"] = ["type", *table["required"]]
    return table
