"""The JSON Schema of the model file, made from the settings classes: for editors and for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.nn.layers.base import Layer
from nntui.nn.settings import Configurable, Setting, settings_of
from nntui.spec.parsing import PROVENANCE
from nntui.spec.settings import TrainingSettings
from nntui.spec.tables import table_model

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The schema (draft 2020-12) of a model file: every layer, optimizer, loss and generator there is."""
    definitions: Schema = {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nntui model file",
        "type": "object",
        "additionalProperties": False,
        "required": ["data", "layers"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 100},
            "data": _data(definitions),
            "layers": {"type": "array", "minItems": 1, "items": _member(Layer, definitions)},
            "training": _table(TrainingSettings, definitions),
            PROVENANCE: {"type": "object", "description": "Written into a run's own model file."},
        },
        "$defs": definitions,
    }


def _data(definitions: Schema) -> Schema:
    """The data table; where the source is a generator, its settings stand beside the common ones."""
    generators = Generator.members()
    plain = _table(DataSettings, definitions)
    plain["properties"]["source"]["not"] = {"enum": list(generators)}
    generated = []
    for name, kind in generators.items():
        table = _table(DataSettings, definitions, extra=settings_of(kind))
        table["description"] = kind.summary()
        table["properties"]["source"] = {"const": name}
        generated.append(table)
    return {"oneOf": [plain, *generated]}


def _table(cls: type, definitions: Schema, *, extra: Mapping[str, Setting] | None = None) -> Schema:
    schema = table_model(cls, extra).model_json_schema()
    schema.pop("title", None)
    # pydantic repeats the docstring of its own base class; the class's first line says what the table is.
    schema["description"] = (cls.__doc__ or "").strip().split("\n", 1)[0]
    for name, setting in settings_of(cls).items():
        if setting.is_table:
            inner = (
                _member(setting.kind, definitions)
                if issubclass(setting.kind, Configurable)
                else _table(setting.kind, definitions)
            )
            schema["properties"][name] = {"description": setting.help, **inner}
    for item in schema["properties"].values():
        item.pop("title", None)
    return schema


def _member(family: type[Configurable], definitions: Schema) -> Schema:
    """One of a family: its name alone (not for layers, which have settings worth writing), or a table with a type."""
    for name, kind in family.members().items():
        key = f"{family.__name__.lower()}.{name}"
        if key not in definitions:
            table = _table(kind, definitions)
            table["properties"] = {"type": {"const": name}, **table["properties"]}
            table["required"] = ["type", *table.get("required", [])]
            definitions[key] = table
    tables = [{"$ref": f"#/$defs/{family.__name__.lower()}.{name}"} for name in family.members()]
    return {"oneOf": [{"enum": list(family.names())}, *tables]}
