"""What would help a model that trains as it is, and problems with the names that the stack shows."""

from pathlib import Path

import pytest

from nntui.modelfile.validation import validate


def model(*layers: dict, **training: object) -> dict:
    return {"name": "m", "data": {"source": "iris"}, "layers": list(layers), "training": dict(training)}


def dense(units: int | None = None, activation: str | None = None) -> dict:
    settings = {"units": units, "activation": activation}
    return {"type": "dense", **{key: value for key, value in settings.items() if value is not None}}


def hints(*layers: dict) -> tuple[str, ...]:
    validation = validate(model(*layers), base=Path())
    assert validation.problems == ()
    return validation.hints


ONE = ("dense_1 and dense_2 are one linear layer: give dense_1 an activation, such as relu",)


@pytest.mark.parametrize(
    "between", [[], [{"type": "dropout"}], [{"type": "activation", "function": "linear"}], [{"type": "flatten"}] * 2]
)
def test_two_dense_layers_without_an_activation_are_one(between: list[dict]):
    assert hints(dense(8), *between, dense()) == ONE


def test_each_pair_of_a_longer_row_is_named_once():
    found = hints(dense(8), dense(8), dense(8, "relu"), dense())
    assert found[0] == ONE[0]
    assert found[1].startswith("dense_2 and dense_3 are one linear layer")
    assert len(found) == 2


@pytest.mark.parametrize(
    "layers",
    [
        [dense()],
        [dense(8, "relu"), dense()],
        [dense(8), {"type": "activation"}, dense()],
        [dense(8), {"type": "batch_norm"}, dense(8, "tanh"), dense()],
    ],
)
def test_other_stacks_have_none(layers: list[dict]):
    assert hints(*layers) == ()


def test_a_pair_within_a_block_is_named_with_its_block():
    block = {"type": "residual", "layers": [dense(4), dense(4)]}
    found = hints(block, dense())
    assert found == (
        "residual_1.dense_1 and residual_1.dense_2 are one linear layer: "
        "give residual_1.dense_1 an activation, such as relu",
    )


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([dense(8, "relu"), dense(0)], "dense_2.units: must be at least 1 and at most 1000000, got 0"),
        ([{"type": "dens"}], "layer_1.type: got 'dens', which is not known; did you mean 'dense'?"),
        ([{"type": "residual", "layers": [dense(0)]}, dense()], "residual_1.dense_1.units: must be at least 1"),
        ([], "layers: is empty; add at least one layer"),
    ],
)
def test_problems_are_said_with_the_layers_names(layers: list[dict], words: str):
    validation = validate(model(*layers), base=Path())
    assert validation.words(validation.problems[0]).startswith(words)


def test_problems_elsewhere_are_said_with_their_path():
    validation = validate(model(dense(), epochs=0), base=Path())
    assert validation.words(validation.problems[0]).startswith("training.epochs: must be at least 1")


@pytest.mark.parametrize("names", [["accuracy"], ["accuracy", "f1"], ["accuracy, f1"]])
def test_metrics_may_be_a_list_of_names(names: list[str]):
    spec = validate(model(dense(), metrics=names), base=Path()).ready()
    assert spec == validate(model(dense(), metrics=", ".join(names)), base=Path()).ready()


@pytest.mark.parametrize("names", [[], ["accuracy", 1], [["accuracy"]], 5])
def test_other_values_for_metrics_are_refused(names: object):
    problem = validate(model(dense(), metrics=names), base=Path()).problems[0]
    assert str(problem).startswith("training.metrics: must be names, as a list or as a text with commas between, got ")


def test_an_unknown_name_in_the_list_is_reported():
    problem = validate(model(dense(), metrics=["accuracy", "f2"]), base=Path()).problems[0]
    assert str(problem).startswith("training.metrics: got 'f2', which is not a metric")
