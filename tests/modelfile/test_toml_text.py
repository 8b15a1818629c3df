"""TOML in and out: any text is a draft or a SpecError, and every draft reads back as it was written."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nntui.modelfile.document import dump_document, parse_document
from nntui.modelfile.problems import SpecError
from nntui.modelfile.toml_text import to_toml
from nntui.resources import models_dir
from tests.modelfile.drafts import moments, scalars, tables


def without_none(value):
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value if item is not None] if isinstance(value, list) else value


def same(ours, theirs) -> bool:
    """Equal in value and type, NaN equal to NaN, tables equal in any order."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, float):
        return (math.isnan(ours) and math.isnan(theirs)) or (ours == theirs and repr(ours) == repr(theirs))
    return ours == theirs


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(tables(scalars | moments))
def test_a_draft_reads_back_as_it_was(draft):
    assert same(parse_document(dump_document(draft)), without_none(draft))


@pytest.mark.parametrize(
    "value",
    [
        'a "quoted" \\ text', "line\nbreak\r\n\ttab", "\x00\x1b\x7f\x85\u2028", "ünïcode 🧠", "", "# no comment", "'''",
        1e308, 5e-324, 1e16, 1e-7, -0.0, math.inf, -math.inf, math.nan, 2**63, -(10**30),
        True, [], [[]], [[1, 2], ["a"], [{}]], {}, [{}], [{"a": 1}, {}], [{"a": [{"b": 1}]}], [1, {"a": 1}],
        datetime.date(1, 1, 1), datetime.time(1, 2, 3, 4), datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.UTC),
    ],
)  # fmt: skip
def test_values_that_are_easily_lost(value):
    for draft in ({"name": value}, {"data": {"source": value, "a b": value}}, {"zzz": value, "layers": [{"x": value}]}):
        assert same(parse_document(dump_document(draft)), draft)


def test_a_number_with_more_digits_than_python_writes():
    draft = {"training": {"seed": int("f" * 9000, 16)}}
    assert parse_document(dump_document(draft)) == draft


def test_unknown_keys_do_not_slip_into_a_table():
    draft = {"training": {"epochs": 1}, "zzz": 5, "name": "x", "layers": [{"type": "dense"}]}
    assert parse_document(dump_document(draft)) == draft


@pytest.mark.parametrize("path", sorted(models_dir().glob("*.toml")), ids=lambda path: path.stem)
def test_bundled_models_are_written_as_they_stand(path):
    text = path.read_text(encoding="utf-8")
    assert dump_document(parse_document(text)) == text.partition("\n")[2]


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("training.optimizer.type = 'sgd'", {"training": {"optimizer": {"type": "sgd"}}}),
        ("layers = ['flatten', {type = 'dense'}]", {"layers": ["flatten", {"type": "dense"}]}),
        ("[[training]]\nepochs = 1", {"training": [{"epochs": 1}]}),
        ("[data]\nsource = 1979-05-27", {"data": {"source": datetime.date(1979, 5, 27)}}),
        ("training.l1 = inf", {"training": {"l1": math.inf}}),
    ],
)
def test_every_way_of_writing(text, draft):
    assert parse_document(text) == draft


@given(st.text() | st.lists(st.sampled_from(["[", "]", "{", "}", "=", '"', "'", "\n", "a", ".", "1", ",", "#"])))
def test_any_text_is_a_draft_or_refused(text):
    refusal = "the model is not valid TOML: "
    try:
        assert isinstance(parse_document("".join(text)), dict)
    except SpecError as error:
        refusal = str(error)
    assert refusal.startswith("the model is not valid TOML: ")
    assert refusal.isprintable()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = " + "[" * 100_000, "tables and lists within one another"),
        ("x = " + "[" * 60 + "]" * 60, "more than 50 tables and lists within one another"),
        ("x = " + "{a = " * 100_000, "tables and lists within one another"),
        ("a" + ".a" * 60 + " = 1", "more than 50 tables and lists within one another"),
        # Left to the parser, this line would take minutes and all memory.
        ("a" + ".a" * 100_000 + " = 1", "has more than 100 dots in line 1"),
        ("[a" + ".a" * 100_000 + "]", "has more than 100 dots in line 1"),
        ("\n\nx = {" + '"a".' * 100_000 + "a = 1}", "has more than 100 dots in line 3"),
        ("x = " + "1" * 5000, "is not valid TOML: "),
        ("x = 2026-13-45", "is not valid TOML: "),
        ("[" + "k" * 100_000 + "]\n" * 2 + "[" + "k" * 100_000 + "]", "is not valid TOML: "),
    ],
    ids=lambda value: value[:20],
)
def test_hostile_texts(text, why):
    with pytest.raises(SpecError) as raised:
        parse_document(text, where="m.toml")
    assert str(raised.value).startswith("m.toml ")
    assert why in str(raised.value)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 300


def test_a_switch_is_written_over_an_older_text():
    """A boolean in a file that exists already: changed where it changes, and left where it does not."""
    older = "kept = true  # as it was\nturned = true\n"
    assert to_toml({"kept": True, "turned": False}, older=older) == "kept = true  # as it was\nturned = false\n"
