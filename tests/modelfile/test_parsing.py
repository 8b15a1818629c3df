"""Specs written out as drafts and read again, for every setting of every class there is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.modelfile.document import dump_document, parse_document
from nntui.modelfile.parsing import parse, to_draft
from nntui.modelfile.settings import EarlyStopping, TrainingSettings
from nntui.nn.layers.base import Layer
from nntui.nn.losses import Huber
from nntui.nn.optimizers import Adam
from nntui.settings import Configurable, Setting, settings_of
from tests.modelfile.drafts import changed


def values(setting: Setting) -> st.SearchStrategy:
    """What a key may be, by its setting alone."""
    if setting.is_list:
        found = st.lists(members(setting.kind, blocks=False), min_size=1, max_size=3)
    elif setting.is_table:
        found = members(setting.kind) if issubclass(setting.kind, Configurable) else table(setting.kind)
    elif setting.choices:
        found = st.sampled_from(setting.choices)
    elif setting.kind is int:
        found = st.integers(setting.minimum, setting.maximum)
    elif setting.kind is float:
        low = setting.minimum if setting.minimum is not None else setting.above
        high = setting.maximum if setting.maximum is not None else setting.below
        out = {"exclude_min": setting.above is not None, "exclude_max": setting.below is not None}
        found = st.floats(low, high, allow_nan=False, allow_infinity=False, **out)
    else:
        found = {bool: st.booleans(), str: st.text()}[setting.kind]
    return found | st.none() if setting.optional else found


def table(*classes: type, **fixed: str) -> st.SearchStrategy[dict]:
    every = {name: setting for cls in classes for name, setting in settings_of(cls).items() if name not in fixed}
    required = {name: values(setting) for name, setting in every.items() if setting.required}
    optional = {name: values(setting) for name, setting in every.items() if not setting.required}
    constant = {name: st.just(value) for name, value in fixed.items()}
    return st.fixed_dictionaries(required | constant, optional=optional)


def members(family: type[Configurable], *, blocks: bool = True) -> st.SearchStrategy:
    """Tables of a family; without `blocks` none of them holds others of it."""
    kinds = {
        name: kind
        for name, kind in family.members().items()
        if blocks or not any(setting.is_list for setting in settings_of(kind).values())
    }
    return st.one_of([table(kind, type=name) for name, kind in kinds.items()])


def data() -> st.SearchStrategy[dict]:
    plain = table(DataSettings).filter(lambda values: values["source"] not in Generator.members())
    return plain | st.one_of([table(DataSettings, kind, source=name) for name, kind in Generator.members().items()])


drafts = st.fixed_dictionaries(
    {"data": data(), "layers": st.lists(members(Layer), min_size=1, max_size=4)},
    optional={"name": st.from_regex(r"[\w-]{1,100}", fullmatch=True), "training": table(TrainingSettings)},
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drafts)
def test_a_spec_is_the_same_after_a_file(draft):
    spec = parse(draft)
    written = to_draft(spec)
    assert parse(written) == spec
    assert to_draft(parse(parse_document(dump_document(written)))) == written


def test_a_resolved_draft_says_everything():
    draft = to_draft(parse(changed((("data",), {"source": "spiral"}))))
    assert draft["data"] == {
        "source": "spiral", "validation": 0.2, "standardize": False, "standardize_targets": False,
        "samples": 1000, "noise": 0.02, "classes": 2, "turns": 1.25,
    }  # fmt: skip
    assert draft["layers"][0] == {
        "type": "dense", "units": 8, "activation": "relu", "initializer": "auto", "use_bias": True,
        "bias_initializer": "fan_in",
    }  # fmt: skip
    assert "units" not in draft["layers"][1]
    assert draft["training"]["optimizer"]["type"] == "adam"


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("optimizer", "adam", Adam()),
        ("optimizer", {"type": "adam", "learning_rate": 1}, Adam(learning_rate=1.0)),
        ("loss", "huber", Huber()),
        ("loss", {"type": "huber", "delta": 3}, Huber(delta=3.0)),
        ("early_stopping", {}, EarlyStopping()),
        ("early_stopping", None, None),
    ],
)
def test_members_by_text_or_table(key, raw, value):
    assert getattr(parse(changed((("training", key), raw))).training, key) == value


def test_a_whole_number_is_a_number():
    rate = parse(changed((("training", "l1"), 1))).training.l1
    assert (rate, type(rate)) == (1.0, float)


def test_provenance_is_nobodys_business():
    assert parse(changed((("provenance",), {"python": "3"}))) == parse(changed())
