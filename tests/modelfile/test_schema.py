"""The JSON Schema and validation agree, as judged by an independent validator."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from nntui.data.catalogue import sources
from nntui.modelfile.document import read_document
from nntui.modelfile.parsing import to_draft
from nntui.modelfile.schema import json_schema
from nntui.modelfile.validation import validate
from nntui.resources import models_dir
from nntui.runs.directory import RunDirectory
from nntui.worker.launch import create_run
from tests.modelfile.drafts import DELETED, changed, scalars, tables, told
from tests.modelfile.test_parsing import drafts

MODELS = sorted(models_dir().glob("*.toml"))
SCHEMA = Draft202012Validator(json_schema())


def test_the_schema_is_one():
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_bundled_models_and_their_resolved_drafts_validate(path, tmp_path):
    draft = read_document(path)
    SCHEMA.validate(draft)
    if path.stem == "mnist-cnn":
        # Its own data are not bundled.
        draft["data"]["source"] = "digits"
    SCHEMA.validate(to_draft(validate(draft, base=path.parent).ready()))
    run: RunDirectory = create_run(draft, base=path.parent, root=tmp_path)
    SCHEMA.validate(read_document(run.model_path))


@pytest.mark.parametrize("name", [source.name for source in sources()])
def test_every_source_there_is(name):
    SCHEMA.validate(changed((("data",), {"source": name, "validation": 0.1})))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drafts)
def test_what_can_be_parsed_validates(draft):
    SCHEMA.validate(draft)


WRONG = [
    (("zzz",), 1),
    (("name",), 5),
    (("name",), ""),
    (("name",), "x" * 101),
    (("data",), DELETED),
    (("data",), "iris"),
    (("data", "source"), DELETED),
    (("data", "source"), 5),
    (("data", "sourze"), "iris"),
    (("data", "samples"), 100),
    (("data",), {"source": "spiral", "turns": 0}),
    (("data",), {"source": "spiral", "turns": "two"}),
    (("data",), {"source": "spiral", "zzz": 1}),
    (("data",), {"source": "xor", "classes": 2}),
    (("data", "validation"), 1),
    (("data", "validation"), -0.5),
    (("data", "validation"), "a fifth"),
    (("data", "standardize"), 1),
    (("data", "task"), "guessing"),
    (("layers",), DELETED),
    (("layers",), []),
    (("layers",), {"type": "dense"}),
    (("layers", 0), 3),
    (("layers", 0), "dens"),
    (("layers", 0, "type"), DELETED),
    (("layers", 0, "type"), "dens"),
    (("layers", 0, "type"), ["dense"]),
    (("layers", 0, "unit"), 5),
    (("layers", 0, "units"), 0),
    (("layers", 0, "units"), -1),
    (("layers", 0, "units"), True),
    (("layers", 0, "units"), "64"),
    (("layers", 0, "units"), 1.5),
    (("layers", 0, "units"), 10**30),
    (("layers", 0, "activation"), "rellu"),
    (("layers", 0, "activation"), None),
    (("layers", 0), {"type": "dropout", "rate": 1}),
    (("layers", 0), {"type": "flatten", "units": 1}),
    (("training",), []),
    (("training", "zzz"), 1),
    (("training", "epochs"), 0),
    (("training", "epochs"), None),
    (("training", "seed"), -1),
    (("training", "seed"), 2**53 + 1),
    (("training", "clip_norm"), 0),
    (("training", "monitor"), "luck"),
    (("training", "loss"), "luck"),
    (("training", "loss"), {"type": "huber", "delta": 0}),
    (("training", "optimizer"), "adm"),
    (("training", "optimizer"), None),
    (("training", "optimizer"), {"learning_rate": 0}),
    (("training", "optimizer"), {"type": "sgd", "beta1": 0.9}),
    (("training", "optimizer"), {"type": "adam", "beta1": 1}),
    (("training", "early_stopping"), True),
    (("training", "early_stopping"), {"patience": 0}),
    (("provenance",), 1),
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_mistakes_of_key_type_and_bounds_are_found_by_both(change):
    draft = changed(change)
    assert not SCHEMA.is_valid(draft)
    assert told(draft)


RIGHT = [
    (("layers", 0), "flatten"),
    (("training", "optimizer"), "sgd"),
    (("training", "loss"), None),
    (("training", "loss"), "cross_entropy"),
    (("training", "seed"), 2**53),
    (("training", "clip_norm"), 1),
    (("training", "early_stopping"), {}),
    (("training", "early_stopping"), None),
    (("layers", 1, "units"), None),
    (("name",), DELETED),
    (("training",), DELETED),
    (("data",), {"source": "spiral", "samples": 50, "turns": 1}),
]


@pytest.mark.parametrize("change", RIGHT, ids=str)
def test_what_is_right_is_right_for_both(change):
    SCHEMA.validate(changed(change))
    assert told(changed(change)) == []


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(tables(scalars), tables(scalars), tables(scalars))
def test_what_the_schema_refuses_has_problems(data, layer, training):
    draft = {"data": {"source": "xor"} | data, "layers": [{"type": "dense"} | layer], "training": training}
    assert SCHEMA.is_valid(draft) or validate(draft, base=Path("/")).problems


def test_every_key_says_what_it_is():
    def walk(schema):
        for name, item in schema.get("properties", {}).items():
            assert item.get("description") or "const" in item or name in ("name", "layers", "data"), name
        for item in [
            *schema.get("$defs", {}).values(),
            *schema.get("oneOf", []),
            *schema.get("properties", {}).values(),
        ]:
            walk(item)

    walk(json_schema())
