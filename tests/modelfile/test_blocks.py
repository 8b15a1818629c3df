"""Layers within a layer: read, written, overridden, validated, and reported when they are wrong."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nntui.modelfile.document import apply_overrides, dump_document, parse_document
from nntui.modelfile.parsing import parse, to_draft
from nntui.modelfile.problems import SpecError
from nntui.modelfile.schema import json_schema
from nntui.modelfile.validation import validate
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.residual import Residual
from tests.modelfile.drafts import told

TEXT = """\
name = "blocks"

[data]
source = "iris"

# The first block.
[[layers]]
type = "residual"
activation = "relu"

# Its first layer.
[[layers.layers]]
type = "dense"
units = 8

[[layers.layers]]
type = "residual"

[[layers.layers.layers]]
type = "dense"
units = 8

[[layers]]
type = "dense"
"""
SCHEMA = Draft202012Validator(json_schema())


def draft() -> dict[str, Any]:
    return parse_document(TEXT)


def nested(depth: int, innermost: Any) -> dict[str, Any]:
    """A draft whose list of layers has `depth` lists within it."""
    layers = innermost
    for _ in range(depth):
        layers = [{"type": "residual", "layers": layers}]
    return {"data": {"source": "iris"}, "layers": [*layers, {"type": "dense"}]}


def test_a_block_is_read_and_written_with_its_layers():
    spec = parse(draft())
    inner = (Dense(8), Residual((Dense(8),)))
    assert spec.layers == (Residual(inner, "relu"), Dense())
    written = to_draft(spec)
    assert written["layers"][0]["layers"][1]["layers"] == [
        {
            "type": "dense",
            "units": 8,
            "activation": "linear",
            "initializer": "auto",
            "use_bias": True,
            "bias_initializer": "fan_in",
        }
    ]
    assert parse(parse_document(dump_document(written))) == spec
    assert dump_document(draft()) == TEXT.replace("# The first block.\n", "").replace("# Its first layer.\n", "")


def test_comments_stay_where_their_layers_stay():
    changed = draft()
    changed["layers"][0]["layers"][0]["units"] = 9
    changed["layers"][0]["layers"].append("flatten")
    assert parse_document(dump_document(changed, older=TEXT)) == changed
    changed["layers"][0]["layers"][2] = {"type": "dense", "units": 3}
    text = dump_document(changed, older=TEXT)
    assert parse_document(text) == changed
    assert text.startswith(TEXT.partition("units = 8")[0] + "units = 9\n")


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.recursive(
        st.fixed_dictionaries({"type": st.just("dense"), "units": st.integers(1, 9)}),
        lambda inner: st.fixed_dictionaries(
            {"type": st.just("residual"), "layers": st.lists(inner, min_size=1, max_size=3)},
            optional={"activation": st.sampled_from(["relu", "linear"])},
        ),
        max_leaves=8,
    ),
    st.data(),
)
def test_any_block_reads_back_also_over_the_text_of_another(layer, data):
    before = {"data": {"source": "iris"}, "layers": [layer, {"type": "dense"}]}
    text = dump_document(before)
    assert parse_document(text) == before
    SCHEMA.validate(before)
    after = copy.deepcopy(before)
    layers = after["layers"]
    while isinstance(layers[0], dict) and "layers" in layers[0] and data.draw(st.booleans()):
        layers = layers[0]["layers"]
    change = data.draw(st.sampled_from(["remove", "add", "change", "move"]))
    if change == "remove" and len(layers) > 1:
        layers.pop(0)
    elif change == "add":
        layers.insert(0, {"type": "residual", "layers": [{"type": "flatten"}]})
    elif change == "move":
        layers.append(layers.pop(0))
    else:
        layers[0] = {"type": "dropout", "rate": 0.25}
    assert parse_document(dump_document(after, older=text)) == after


WRONG = [
    ("layers[0].layers[0].units=0", "layers[0].layers[0].units: must be at least 1 and at most 1000000, got 0"),
    ("layers[0].layers[0].unit=3", "layers[0].layers[0].unit: is not known; did you mean 'units'?"),
    ("layers[0].layers[1].layers[0].units='x'", "layers[0].layers[1].layers[0].units: must be a whole number, got 'x'"),
    ("layers[0].layers[0].type=dens",
     "layers[0].layers[0].type: got 'dens', which is not known; did you mean 'dense'?"),
    ("layers[0].layers[0]=3", "layers[0].layers[0]: must be a table with a type, got 3"),
    ("layers[0].layers=3", "layers[0].layers: must be a list of tables, each written as [[layers.layers]], got 3"),
    ("layers[0].layers=[]",
     "layers[0].layers: is empty; add at least one layer as [[layers.layers]], such as a dense one"),
    ("layers[0]={type='residual'}",
     "layers[0].layers: is empty; add at least one layer as [[layers.layers]], such as a dense one"),
    ("layers[0].activation=rellu",
     "layers[0].activation: got 'rellu', which is not a choice; did you mean 'relu'?"),
]  # fmt: skip


@pytest.mark.parametrize(("assignment", "words"), WRONG)
def test_problems_in_a_block_have_their_path(assignment, words):
    wrong = draft()
    apply_overrides(wrong, [assignment])
    (line,) = told(wrong)
    assert line.startswith(words)
    assert not SCHEMA.is_valid(wrong)


def test_problems_come_in_the_order_of_the_file():
    wrong = draft()
    apply_overrides(wrong, ["layers[1].units=0", "layers[0].zzz=1", "layers[0].layers[1].layers[0].units=0",
                            "layers[0].layers[0].use_bias=1"])  # fmt: skip
    assert [line.partition(":")[0] for line in told(wrong)] == [
        "layers[0].zzz", "layers[0].layers[0].use_bias", "layers[0].layers[1].layers[0].units", "layers[1].units"
    ]  # fmt: skip


def test_a_shape_that_does_not_fit_is_reported_at_the_inner_layer():
    wrong = draft()
    wrong["layers"][0]["layers"][1]["layers"] = [{"type": "reshape", "shape": "3x3"}, {"type": "dense"}]
    (line,) = told(wrong)
    assert line == "layers[0].layers[1].layers[0].shape: '3x3' needs 9 numbers, got 8 (8)"
    wrong["layers"][0]["layers"][1]["layers"] = [{"type": "dense"}]
    (line,) = told(wrong)
    assert line == "layers[0].layers[1].layers[0]: units may be left out in the last layer only"


def test_overrides_reach_into_a_block():
    changed = draft()
    apply_overrides(changed, ["layers[0].layers[1].layers[-1].units=5", "layers[0].layers[0].activation=tanh"])
    assert changed["layers"][0]["layers"][1]["layers"][0]["units"] == 5
    assert changed["layers"][0]["layers"][0]["activation"] == "tanh"
    with pytest.raises(SpecError, match=r"--set layers\[0\].layers\[2\].units: there is no \[2\] in a list of 2"):
        apply_overrides(changed, ["layers[0].layers[2].units=5"])


def test_rows_of_a_block_have_the_numbers_of_its_layers():
    validation = validate(draft(), base=Path("/"))
    assert not validation.problems
    block, last = validation.rows
    assert [(row.name, row.output_shape, row.parameters) for row in block.inner] == [
        ("dense_1", (8,), 4 * 8 + 8), ("residual_1", (8,), 8 * 8 + 8)
    ]  # fmt: skip
    assert [row.name for row in block.inner[1].inner] == ["dense_1"]
    assert block.parameters == 40 + 72 + 4 * 8
    assert last.name == "dense_1"
    assert validation.totals is not None
    assert validation.totals.parameters == block.parameters + 8 * 3 + 3


@pytest.mark.parametrize(
    ("assignment", "shapes"),
    [
        # What cannot be read hides no more than itself and what comes after.
        ("layers[0].layers[0].unit=3", [None, None]),
        ("layers[0].layers[1].layers[0]={type='reshape', shape='3x3'}", [(8,), None]),
        ("layers[0].zzz=3", [(8,), (8,)]),
    ],
)
def test_rows_of_a_block_that_is_wrong(assignment, shapes):
    wrong = draft()
    apply_overrides(wrong, [assignment])
    validation = validate(wrong, base=Path("/"))
    block = validation.rows[0]
    assert block.type == "residual"
    assert block.problems == validation.problems
    assert [row.type for row in block.inner] == ["dense", "residual"]
    assert [row.output_shape for row in block.inner] == shapes
    where = validation.problems[0].path
    assert [bool(row.problems) for row in block.inner] == [
        where.startswith(f"layers[0].layers[{index}]") for index in range(2)
    ]


def test_blocks_may_be_eight_lists_deep_and_no_deeper():
    dense = [{"type": "dense", "units": 4}]
    assert told(nested(7, dense)) == []
    (line,) = told(nested(8, dense))
    assert line == "layers" + "[0].layers" * 8 + (
        ": is too deep; at most 8 lists of layers may be within one another, the model's own among them"
    )


@pytest.mark.parametrize("depth", [50, 5000])
def test_a_hostile_depth_is_one_clear_line(depth):
    (line,) = told(nested(depth, [{"type": "dense", "units": 4}]))
    assert "is too deep" in line
    assert line.isprintable()
    assert len(line) < 200


def test_many_wrong_layers_in_many_blocks_are_reported_quickly():
    wide = {"type": "residual", "layers": [{"type": "dense", "zzz": 1}] * 20}
    lines = told({"data": {"source": "iris"}, "layers": [wide] * 20})
    assert len(lines) == 400


def test_scaled_ids_are_refused():
    wrong = {"data": {"source": "iris", "standardize": True},
             "layers": [{"type": "embedding", "vocabulary": 9}, {"type": "flatten"}, {"type": "dense"}]}  # fmt: skip
    assert told(wrong) == ["data.standardize: must be off before an embedding, which needs whole ids"]
    wrong["data"]["standardize"] = False
    assert told(wrong) == []
