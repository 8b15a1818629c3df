"""Validation of a readable draft: whether its parts are compatible, what is filled in, and what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from nntui.modelfile.problems import SpecError
from nntui.modelfile.validation import validate
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, Huber, MeanSquaredError
from tests.modelfile.drafts import DELETED, changed, scalars, tables, told

DIGITS = (("data",), {"source": "digits"})
MOONS = (("data",), {"source": "moons", "samples": 40})
DIABETES = (("data",), {"source": "diabetes"})


SOFTMAX = "must be linear in the last layer, got 'softmax': cross_entropy applies softmax itself"


def dense(units=None, activation="linear"):
    return {"type": "dense", "activation": activation} | ({} if units is None else {"units": units})


def stack(*layers):
    return (("layers",), list(layers))


def loss(value):
    return (("training", "loss"), value)


def validated(*changes):
    return validate(changed(*changes), base=Path())


def test_a_spec_is_fully_resolved():
    spec = validated().ready()
    assert spec.layers[-1].units == 3
    assert spec.training.loss == CrossEntropy()
    assert spec.training.monitor == "val_loss"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([DIABETES], MeanSquaredError()),
        ([MOONS], CrossEntropy()),
        ([MOONS, stack(dense(1))], BinaryCrossEntropy()),
        ([DIABETES, loss("huber")], Huber()),
        ([DIABETES, loss({"type": "huber", "delta": 2})], Huber(delta=2.0)),
        ([MOONS, loss({"type": "binary_cross_entropy"})], BinaryCrossEntropy()),
        ([MOONS, loss(None)], CrossEntropy()),
    ],
)
def test_loss_by_the_task_or_as_text_or_as_table(changes, expected):
    assert validated(*changes).ready().training.loss == expected


def test_without_validation_the_training_loss_is_monitored():
    found = validated((("data", "validation"), 0))
    assert found.ready().training.monitor == "loss"
    assert found.description.samples == (150, 0)


def test_a_batch_larger_than_the_data_is_one_step():
    found = validated((("training", "batch_size"), 100_000))
    assert found.problems == ()
    assert found.totals.steps_per_epoch == 1
    smaller = validated((("training", "batch_size"), 120))
    assert found.totals.step_bytes == smaller.totals.step_bytes


def test_l1_and_l2_take_another_vector():
    plain, pulled = validated(), validated((("training", "l2"), 0.1))
    assert pulled.totals.step_bytes - plain.totals.step_bytes == 4 * (4 * 8 + 8 * 3)


def test_rows_and_totals_by_hand():
    found = validated()
    first, last = found.rows
    # 4 inputs, 8 units: 4·8 weights and 8 biases; 2 operations a weight and 1 a bias.
    assert (first.name, first.detail, first.output_shape) == ("dense_1", "8 relu", (8,))
    assert (first.parameters, first.flops) == (40, 72)
    # 8 inputs, 3 classes: 24 weights and 3 biases.
    assert (last.name, last.output_shape, last.parameters, last.flops) == ("dense_2", (3,), 27, 51)
    assert (found.totals.parameters, found.totals.flops) == (67, 123)
    # 120 training samples in batches of 8.
    assert found.totals.steps_per_epoch == 15
    # Adam keeps two numbers beside each parameter and its gradient: at least 4·67 floats of four bytes.
    assert found.totals.step_bytes > 4 * 4 * 67


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ([DIGITS, stack(dense(8), dense())],
         ["layers[0]: dense needs a flat input, got 8×8×1; put a flatten layer before it"]),
        ([DIGITS, stack({"type": "dropout"})],
         ["layers[0]: the last layer must give a flat row of outputs; add a flatten and a dense layer"]),
        ([stack(dense(), dense())], ["layers[0]: units may be left out in the last layer only"]),
        ([stack(dense(3, "softmax"))],
         [f"layers[0].activation: {SOFTMAX}"]),
        ([stack(dense(3), {"type": "activation", "function": "softmax"})],
         [f"layers[1].function: {SOFTMAX}"]),
        ([stack(dense(3, "softmax"), {"type": "dropout"})],
         [f"layers[0].activation: {SOFTMAX}"]),
        ([MOONS, stack(dense(1, "sigmoid")), loss("binary_cross_entropy")],
         ["layers[0].activation: must be linear in the last layer, got 'sigmoid': "
          "binary_cross_entropy applies sigmoid itself"]),
        ([stack(dense(4))], ["layers[0].units: must be 3, one for each of the classes, got 4"]),
        ([stack(dense(4), {"type": "dropout"})], ["layers[0].units: must be 3, one for each of the classes, got 4"]),
        ([stack({"type": "dropout"})], ["layers[0]: the outputs must be 3, one for each of the classes, got 4"]),
        ([stack(dense(1))], ["layers[0].units: must be 3, one for each of the classes, got 1"]),
        ([MOONS, stack(dense(3)), loss("binary_cross_entropy")],
         ["layers[0].units: must be 2 or 1, one for each of the classes, got 3"]),
        ([DIABETES, stack(dense(2))], ["layers[0].units: must be 1, one for each of the targets, got 2"]),
        ([DIABETES, loss("cross_entropy")],
         ["training.loss: cross_entropy is for classification, and this data is a regression"]),
        ([DIABETES, (("training", "monitor"), "val_accuracy")],
         ["training.monitor: val_accuracy is not measured for a regression"]),
        ([(("training", "monitor"), "r2")], ["training.monitor: r2 is not measured for a classification"]),
        ([(("data", "validation"), 0), (("training", "monitor"), "val_loss")],
         ["training.monitor: val_loss needs validation samples, and data.validation leaves none"]),
        ([stack(dense(1_000_000), dense(1_000_000), dense())],
         ["layers: one training step needs 14,901 GiB; use smaller layers or batches"]),
    ],
)  # fmt: skip
def test_incompatible_parts(changes, lines):
    assert told(changed(*changes)) == lines


def test_softmax_is_allowed_if_the_loss_does_not_apply_it():
    assert told(changed(stack(dense(3, "softmax")), loss("mean_squared_error"))) == []


def test_an_inner_activation_is_not_restricted():
    layers = stack(dense(8, "softmax"), {"type": "dropout"}, dense())
    assert told(changed(layers)) == []


def test_one_class_is_refused(tmp_path):
    (tmp_path / "one.csv").write_text("x,kind\n1,a\n2,a\n3,a\n")
    (line,) = told(changed((("data",), {"source": "one.csv"})), base=tmp_path)
    assert line.startswith("data.source: ")
    assert "one class only" in line


def test_validation_never_takes_the_last_sample(tmp_path):
    (tmp_path / "two.csv").write_text("x,y\n1.5,2.5\n2.5,3.5\n")
    data = (("data",), {"source": "two.csv", "task": "regression", "validation": 0.99})
    assert validate(changed(data), base=tmp_path).description.samples == (1, 1)


def test_relative_paths_count_from_base(tmp_path):
    (tmp_path / "t.csv").write_text("x,kind\n1,a\n2,b\n3,a\n4,b\n")
    data = (("data",), {"source": "t.csv"})
    assert told(changed(data), base=tmp_path) == []
    assert told(changed(data), base=Path("/"))[0].startswith("data.source: ")


def test_valid_parts_are_shown_while_others_have_problems():
    found = validated((("layers", 1), {"type": "dens"}), (("training", "epochs"), 0))
    first, second = found.rows
    assert (first.name, first.output_shape, first.problems) == ("dense_1", (8,), ())
    assert (second.name, second.type, second.output_shape) == ("layer_1", "dens", None)
    assert [problem.path for problem in second.problems] == ["layers[1].type"]
    assert found.description.classes
    assert found.spec is None
    with pytest.raises(SpecError, match=r"training\.epochs"):
        found.ready()


def test_rows_of_nonsense_are_printable():
    found = validated((("layers",), ["\x1b[2J", {"type": "x" * 500}, {"type": []}, 3, None]))
    assert [row.type for row in found.rows][2:] == ["?", "?", "?"]
    assert all(row.type.isprintable() and len(row.type) < 40 for row in found.rows)


def test_null_equals_an_omitted_key_where_the_key_is_optional():
    nothing = [(("training", key), None) for key in ("loss", "monitor", "clip_norm", "early_stopping")]
    assert validated(*nothing, (("layers", 1, "units"), None)).ready() == validated().ready()


@pytest.mark.parametrize("draft", [{}, {"data": {}}, {"layers": None}, {"training": None}, {"data": {"source": ""}}])
def test_nearly_empty_drafts(draft):
    assert told(draft)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(tables(scalars))
def test_any_draft_gives_problems_or_a_spec(draft):
    found = validate(draft, base=Path())
    assert (found.spec is None) == bool(found.problems)
    assert all(str(problem).isprintable() for problem in found.problems)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(tables(scalars), tables(scalars), tables(scalars))
def test_any_tables_in_their_place_give_problems_or_a_spec(data, layer, training):
    data = {"source": "xor"} | data
    draft = {"data": data, "layers": [{"type": "dense"} | layer], "training": {"optimizer": "adam"} | training}
    found = validate(draft, base=Path("/"))
    assert (found.spec is None) == bool(found.problems)
    assert len(found.rows) == 1


def test_deleted_sections_have_defaults():
    spec = validated((("training",), DELETED), (("name",), DELETED)).ready()
    assert (spec.name, spec.training.epochs) == ("model", 20)


def test_a_wrong_layer_does_not_change_the_names_of_others():
    found = validated((("layers", 0, "units"), 0))
    assert [row.name for row in found.rows] == ["dense_1", "dense_2"]
    assert found.rows[0].problems


def test_an_optimizer_without_a_type_is_the_default_one():
    spec = validated((("training", "optimizer"), {"learning_rate": 0.5})).ready()
    assert (spec.training.optimizer.type, spec.training.optimizer.learning_rate) == ("adam", 0.5)
