"""Ids: where an embedding may stand, and the messages about numbers that are not ids."""

import numpy as np
import pytest

from nntui.data.errors import DataError
from nntui.inspection.evaluation import evaluate_run
from nntui.inspection.gradient_check import check_model
from nntui.modelfile.problems import SpecError
from nntui.modelfile.validation import validate
from nntui.worker.process import Worker
from tests.small_runs import draft

EMBEDDING = {"type": "embedding", "vocabulary": 4, "dimensions": 3}
DENSE, FLATTEN = {"type": "dense"}, {"type": "flatten"}
BLOCK = {"type": "residual", "layers": [EMBEDDING, FLATTEN, {"type": "dense", "units": 2}]}


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "ids.npz", x=rng.integers(0, 4, (40, 2)).astype(np.float32), y=rng.integers(0, 2, 40))
    np.savez(tmp_path / "beyond.npz", x=np.array([[0, 9], [1, 2]], np.float32), y=np.array([0, 1]))
    return tmp_path


def model(*layers, source="ids.npz"):
    return draft(layers=list(layers), data={"source": source, "validation": 0.2}, **{"training.epochs": 1})


def problems(folder, *layers):
    return [str(problem) for problem in validate(model(*layers), base=folder).problems]


@pytest.mark.parametrize(
    "layers", [[EMBEDDING, FLATTEN], [{"type": "reshape", "shape": "2"}, EMBEDDING, FLATTEN], [BLOCK]]
)
def test_an_embedding_reads_the_data_or_what_only_lays_them_out(folder, layers):
    assert problems(folder, *layers, DENSE) == []


@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ([{"type": "dense", "units": 6}, EMBEDDING, FLATTEN], "layers[1]"),
        ([{"type": "dropout"}, EMBEDDING, FLATTEN], "layers[1]"),
        ([{"type": "dropout"}, BLOCK], "layers[1].layers[0]"),
    ],
)
def test_behind_a_layer_that_changes_numbers_it_is_refused(folder, layers, place):
    assert problems(folder, *layers, DENSE) == [f"{place}: embedding takes ids, which only the data hold; put it first"]


@pytest.mark.parametrize("first", [[EMBEDDING, FLATTEN], [BLOCK]])
def test_the_gradient_check_has_no_gradient_of_ids(folder, first):
    checks = check_model(model(*first, DENSE), base=folder)
    assert checks
    assert all(check.passed for check in checks)
    assert "input" not in {check.name for check in checks}


@pytest.mark.parametrize(("first", "place"), [([EMBEDDING, FLATTEN], "layers[0]"), ([BLOCK], "layers[0].layers[0]")])
def test_ids_beyond_the_vocabulary_are_refused_with_the_place_of_the_embedding(folder, new_run, first, place):
    words = "the data hold numbers from 0 to 9, expected ids from 0 to 3"
    beyond = model(*first, DENSE, source="beyond.npz")
    for ask in (lambda: check_model(beyond, base=folder), lambda: Worker(new_run(beyond, base=folder)).run()):
        with pytest.raises(SpecError) as error:
            ask()
        assert f"{place}: {words}" in str(error.value)
    run = new_run(model(*first, DENSE), base=folder)
    Worker(run).run()
    assert evaluate_run(run).samples == 8
    with pytest.raises(DataError) as refusal:
        evaluate_run(run, source="beyond.npz", base=folder)
    assert words in str(refusal.value)
