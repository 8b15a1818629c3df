"""Parsing: a draft (a model file as plain values) into a ModelSpec, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.display.printable import cut
from nntui.modelfile.keys import PROVENANCE, TOP_LEVEL
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.problems import Problem, SpecError, shown, suggestion
from nntui.modelfile.settings import TrainingSettings
from nntui.modelfile.tables import Draft, parse_members, parse_table
from nntui.nn.layers.base import Layer
from nntui.settings import Configurable, settings_of

LONGEST_NAME = 100


@dataclasses.dataclass(slots=True)
class Parts:
    """The valid parts of a draft, None for an invalid one, and its problems."""

    name: str
    data: DataSettings | None
    layers: list[Layer | None]
    training: TrainingSettings | None
    problems: list[Problem]


def parse(draft: Draft) -> ModelSpec:
    """The spec of a draft; raises SpecError with every problem of its keys and values."""
    parts = parse_parts(draft)
    if parts.problems or parts.data is None or parts.training is None:
        raise SpecError(parts.problems)
    return ModelSpec(parts.name, parts.data, tuple(layer for layer in parts.layers if layer), parts.training)


def parse_parts(draft: Draft) -> Parts:
    """Parses a draft part by part, so that valid parts can be shown while others have problems."""
    unknown = [str(key) for key in draft if key not in (*TOP_LEVEL, PROVENANCE)]
    problems = [Problem(cut(key), f"is not known{suggestion(key, TOP_LEVEL)}") for key in unknown]
    provenance = draft.get(PROVENANCE, {})
    if not isinstance(provenance, Mapping):
        problems.append(Problem(PROVENANCE, f"must be a table, got {shown(provenance)}"))
    return Parts(
        name=_parse_name(draft.get("name", "model"), problems),
        data=_parse_data(draft.get("data"), problems),
        layers=parse_members(Layer, draft.get("layers", []), "layers", problems),
        training=parse_table(TrainingSettings, draft.get("training", {}), "training", problems)[0],
        problems=problems,
    )


def _parse_name(raw: Any, problems: list[Problem]) -> str:
    if isinstance(raw, str) and raw.strip() and raw.isprintable() and len(raw) <= LONGEST_NAME:
        return raw
    is_long = isinstance(raw, str) and len(raw) > LONGEST_NAME
    got = f"{len(raw):,} characters" if is_long else shown(raw)
    problems.append(Problem("name", f"must be one line of 1 to {LONGEST_NAME} characters, got {got}"))
    return "model"


def _parse_data(raw: Any, problems: list[Problem]) -> DataSettings | None:
    if raw is None:
        problems.append(Problem("data", 'is missing; expected a table with a source, such as source = "digits"'))
        return None
    source = cast("Draft", raw).get("source") if isinstance(raw, Mapping) else None
    kind = Generator.members().get(source) if isinstance(source, str) else None
    data, options = parse_table(DataSettings, raw, "data", problems, beside=kind)
    if data is None or kind is None:
        return data
    return dataclasses.replace(data, generator=kind(**options))


def to_draft(spec: ModelSpec) -> dict[str, Any]:
    """The draft of a spec with every setting written out; settings that are None are omitted."""
    data = _table(spec.data)
    if spec.data.generator is not None:
        data |= _table(spec.data.generator, with_type=False)
    return {
        "name": spec.name,
        "data": data,
        "layers": [_table(layer) for layer in spec.layers],
        "training": _table(spec.training),
    }


def _table(settings: Any, *, with_type: bool = True) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if isinstance(settings, Configurable) and with_type:
        table["type"] = settings.type
    for name, item in settings_of(type(settings)).items():
        value = getattr(settings, name)
        if item.is_list:
            table[name] = [_table(member) for member in value]
        elif value is not None:
            table[name] = _table(value) if item.is_table else value
    return table
