"""Overrides: `--set PATH=VALUE`."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.modelfile.document import apply_overrides
from nntui.modelfile.problems import SpecError
from tests.modelfile.drafts import GOOD, changed, told


def overridden(*assignments, draft=GOOD):
    result = copy.deepcopy(draft)
    apply_overrides(result, assignments)
    return result


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("training.epochs=5", ("training", "epochs"), 5),
        ("  training.epochs  =  5  ", ("training", "epochs"), 5),
        ("training.l2=1e-3", ("training", "l2"), 0.001),
        ("layers[0].units=64", ("layers", 0, "units"), 64),
        ("layers[-1].units=3", ("layers", 1, "units"), 3),
        ("layers[1]={type = 'flatten'}", ("layers", 1), {"type": "flatten"}),
        ("layers=[]", ("layers",), []),
        ("data.standardize=true", ("data", "standardize"), True),
        ("data.source=digits", ("data", "source"), "digits"),
        ("data.source='digits'", ("data", "source"), "digits"),
        ("data.source=../a=b.csv", ("data", "source"), "../a=b.csv"),
        ("name=", ("name",), ""),
        ("name=two words", ("name",), "two words"),
        ("name=a\nb = 1", ("name",), "a\nb = 1"),
        ("name=1\ntraining = 1", ("name",), "1\ntraining = 1"),
        ("name=" + "1" * 5000, ("name",), "1" * 5000),
        ("name=" + "[" * 5000, ("name",), "[" * 5000),
        ("training.optimizer=sgd", ("training", "optimizer"), "sgd"),
        ("training.optimizer.type=sgd", ("training", "optimizer", "type"), "sgd"),
        ("training.early_stopping.patience=3", ("training", "early_stopping", "patience"), 3),
    ],
    ids=lambda value: str(value)[:30],
)
def test_sets_a_key(assignment, path, value):
    assert overridden(assignment) == changed((path, value))


def test_one_after_the_other():
    draft = overridden(
        "training.optimizer=sgd", "training.optimizer.learning_rate=0.5", "training.optimizer.momentum=0.9"
    )
    assert draft["training"]["optimizer"] == {"type": "sgd", "learning_rate": 0.5, "momentum": 0.9}
    assert told(draft) == []


def test_a_text_alone_stands_for_a_table():
    draft = overridden("layers[0].rate=0.1", draft={**GOOD, "layers": ["dropout", {"type": "dense"}]})
    assert draft["layers"][0] == {"type": "dropout", "rate": 0.1}


def test_validation_reports_a_misspelled_path():
    assert told(overridden("trainig.epochs=5")) == ["trainig: is not known; did you mean 'training'?"]


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("training.epochs", "--set 'training.epochs': expected PATH=VALUE, such as training.epochs=5"),
        ("", "--set '': expected PATH=VALUE, such as training.epochs=5"),
        ("=5", "--set '=5': expected PATH=VALUE, such as training.epochs=5"),
        ("a..b=5", "--set 'a..b=5': expected PATH=VALUE, such as training.epochs=5"),
        ("layers[0=5", "--set 'layers[0=5': expected PATH=VALUE, such as training.epochs=5"),
        ("layers[]=5", "--set 'layers[]=5': expected PATH=VALUE, such as training.epochs=5"),
        ("layers[²]=5", "--set 'layers[²]=5': expected PATH=VALUE, such as training.epochs=5"),
        ("[0]=5", "--set '[0]=5': expected PATH=VALUE, such as training.epochs=5"),
        ("\x1b[2J", r"--set '\x1b[2J': expected PATH=VALUE, such as training.epochs=5"),
        ("layers[2].units=5", "--set layers[2].units: there is no [2] in a list of 2, counted from 0"),
        ("layers[2]=flatten", "--set layers[2]: there is no [2] in a list of 2, counted from 0"),
        ("layers[-3].units=5", "--set layers[-3].units: there is no [-3] in a list of 2, counted from 0"),
        ("layers.units=5", "--set layers.units: there is no 'units' in a list"),
        ("training[0]=5", "--set training[0]: there is no [0] in a table"),
        ("name[0]=5", "--set name[0]: there is no [0] in 'small'"),
        ("training.epochs.x=5", "--set training.epochs.x: there is no 'x' in 2"),
        ("training.zzz[0]=5", "--set training.zzz[0]: there is no [0] in a list of 0, counted from 0"),
    ],
)
def test_refused(assignment, words):
    with pytest.raises(SpecError) as raised:
        overridden(assignment)
    assert str(raised.value) == words


def test_all_that_lead_nowhere_are_told_and_the_others_are_set():
    draft = copy.deepcopy(GOOD)
    with pytest.raises(SpecError) as raised:
        apply_overrides(draft, ["layers[9].units=3", "training.epochs=5", "training.zzz[0]=1", "name"])
    assert [str(problem).partition(":")[0] for problem in raised.value.problems] == [
        "--set layers[9].units", "--set training.zzz[0]", "--set 'name'"
    ]  # fmt: skip
    assert draft == changed((("training", "epochs"), 5))


@given(st.text() | st.builds("{}={}".format, st.from_regex(r"[a-z.\[\]0-9-]{1,20}", fullmatch=True), st.text()))
def test_anything_is_set_or_refused(assignment):
    refusal = "--set "
    try:
        overridden(assignment)
    except SpecError as error:
        refusal = str(error)
    assert refusal.startswith("--set ")
    assert refusal.isprintable()
