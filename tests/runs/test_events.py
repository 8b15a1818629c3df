from __future__ import annotations

import dataclasses
import json
import math
import types
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.events import LARGEST, MOST_METRICS, EpochEnded, Event, Step, Warning, from_record, to_json

from .samples import epoch_ended, started, step

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _values(hint):
    if isinstance(hint, types.UnionType):
        return st.one_of(*map(_values, typing.get_args(hint)))
    if typing.get_origin(hint) is list:
        return st.lists(_values(typing.get_args(hint)[0]), max_size=3)
    if typing.get_origin(hint) is dict:
        return st.dictionaries(st.text(), _values(typing.get_args(hint)[1]), max_size=3)
    return {
        int: st.integers(0, LARGEST), float: FINITE | st.just(math.nan), str: st.text(), bool: st.booleans(),
        types.NoneType: st.none(),
    }[hint]  # fmt: skip


@st.composite
def events(draw):
    kind = draw(st.sampled_from(list(Event.kinds.values())))
    hints = typing.get_type_hints(kind)
    fields = {item.name: draw(_values(hints[item.name])) for item in dataclasses.fields(kind)}
    if kind is EpochEnded:
        names = st.text().filter(lambda name: name not in (*hints, "event", "schema", "finite"))
        fields["metrics"] = draw(st.dictionaries(names, FINITE | st.just(math.nan), max_size=3))
        size = draw(st.integers(0, 3))
        fields["confusion"] = draw(st.none() | st.just([[7] * size] * size))
    return kind(**fields)


@given(events())
def test_any_event_round_trips_through_json(event):
    line = to_json(event)
    assert "\n" not in line
    assert line.isascii()
    # repr, because NaN is not equal to itself.
    assert repr(from_record(json.loads(line))) == repr(event)


@given(events())
def test_what_is_not_finite_is_null_and_flagged(event):
    record = json.loads(to_json(event), parse_constant=lambda name: pytest.fail(name))
    assert (record.get("finite") is False) == _has_nan(event)


def _has_nan(event) -> bool:
    numbers = [number for value in dataclasses.asdict(event).values()
               for number in (value.values() if isinstance(value, dict) else [value])]  # fmt: skip
    return any(isinstance(number, float) and math.isnan(number) for number in numbers)


def test_infinity_is_written_as_null_and_read_as_nan():
    event = from_record(json.loads(to_json(step(1, loss=math.inf))))
    assert isinstance(event, Step)
    assert math.isnan(event.loss)


def test_undecodable_file_names_do_not_break_the_line():
    event = Warning(step=1, epoch=1, message="cannot write /tmp/\udcff: full \U0001f600")
    assert from_record(json.loads(to_json(event))).message == "cannot write /tmp/?: full \U0001f600"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("step", "1"), ("step", 1.0), ("step", True), ("step", -1), ("step", 10**400), ("step", None), ("step", 2**53),
        ("epoch", []), ("loss", "0.5"), ("loss", None), ("loss", 10**400), ("loss", math.inf), ("loss", False),
        ("time", {}), ("learning_rate", [1]), ("accuracy", "1"), ("count", 0.5), ("count", None),
    ],
)  # fmt: skip
def test_a_field_of_a_wrong_type_does_not_fit(field, value):
    record = json.loads(to_json(step(1)))
    assert from_record(record) == step(1)
    assert from_record({**record, field: value}) is None


@pytest.mark.parametrize("confusion", [[[1]], [[1, 2], [3]], [[1, 2.5], [3, 4]], [1, 2], "ab", [[1, -2], [3, 4]], {}])
def test_a_confusion_matrix_is_square_and_counts(confusion):
    fits = from_record({**json.loads(to_json(epoch_ended(1))), "confusion": confusion})
    assert (fits is not None) == (confusion == [[1]])


@pytest.mark.parametrize(
    "record", [{}, {"event": "nothing"}, {"event": ["step"]}, {"event": None}, {"event": 10**400}, {"event": "step"}]
)
def test_an_invalid_event_is_none(record):
    assert from_record(record) is None


def test_lists_and_mappings_are_looked_into():
    record = json.loads(to_json(started()))
    assert from_record(record) == started()
    assert from_record({**record, "classes": ["a", 1]}) is None
    assert from_record({**record, "versions": {"nntui": 1}}) is None


def test_fields_of_a_later_version_are_ignored():
    assert from_record({**json.loads(to_json(step(1))), "later": [1]}) == step(1)


def test_an_epoch_with_thousands_of_metrics_keeps_the_first():
    record = {**json.loads(to_json(epoch_ended(1))), **{f"metric_{index}": 0.5 for index in range(5000)}}
    ended = from_record(record)
    assert isinstance(ended, EpochEnded)
    assert len(ended.metrics) == MOST_METRICS
    assert ended.metrics["loss"] == epoch_ended(1).metrics["loss"]
