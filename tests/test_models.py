"""The bundled models: each is sound, says in a sentence what it is, and learns what it is there to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntui.data.catalogue import load
from nntui.modelfile.document import read_document
from nntui.modelfile.validation import validate
from nntui.resources import models_dir
from nntui.runs.events import EpochEnded, RunEnded
from nntui.training.loop import train

MODELS = sorted(models_dir().glob("*.toml"))
OWN_DATA = "mnist-cnn"
"""Its data are too large to be bundled."""


def last_metrics(path: Path) -> dict[str, float | None]:
    """What is measured in the last epoch of the model as it stands."""
    spec = validate(read_document(path), base=path.parent).ready()
    dataset = load(spec.data, base=path.parent, seed=spec.training.seed)
    events = list(train(spec, dataset, clock=float))
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    assert ended.reason == "finished"
    return next(event.metrics for event in reversed(events) if isinstance(event, EpochEnded))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_bundled_model_is_sound(path):
    draft = read_document(path)
    if path.stem == OWN_DATA:
        (problem,) = validate(draft, base=path.parent).problems
        assert problem.path == "data.source"
        draft["data"]["source"] = "digits"
    assert validate(draft, base=path.parent).problems == ()
    assert draft["name"] == path.stem


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_its_first_line_says_in_a_sentence_what_it_is(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")
    assert len(first) <= 120


@pytest.mark.parametrize(
    ("name", "metric", "least"),
    [
        ("digits-mlp", "val_accuracy", 0.96),
        ("iris", "val_accuracy", 0.9),
        ("xor", "val_accuracy", 0.95),
        ("spiral", "val_accuracy", 0.95),
        pytest.param("digits-cnn", "val_accuracy", 0.975, marks=pytest.mark.slow),
        ("waves-lstm", "val_accuracy", 0.95),
        ("adding-gru", "val_r2", 0.95),
        ("diabetes-regression", "val_r2", 0.35),
    ],
)
def test_it_learns(name, metric, least):
    value = last_metrics(models_dir() / f"{name}.toml")[metric]
    assert value is not None
    assert value >= least


def test_each_bundled_model_has_its_least():
    (marker,) = test_it_learns.pytestmark
    names = {case.values[0] if hasattr(case, "values") else case[0] for case in marker.args[1]}
    assert names == {path.stem for path in MODELS} - {OWN_DATA}
