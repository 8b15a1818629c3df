"""Metrics against scikit-learn's stored values, and the meters that gather them."""

import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.losses import Loss
from nntui.nn.metrics import (
    ClassificationMeter,
    Metric,
    RegressionMeter,
    chosen_metrics,
    named_metrics,
    precision_recall_f1,
)
from nntui.nn.metrics.rankings import roc_area

REFERENCE = json.loads((Path(__file__).parent / "reference" / "metrics.json").read_text())


def names_for(classes):
    return [
        name
        for name, metric in Metric.members().items()
        if metric.task == "classification" and classes >= metric.fewest_classes
    ]


def meter_of(outputs, *, ranking="softmax", samples=None, batch_size=None, metrics=None, **options):
    columns = outputs.shape[1]
    classes = max(columns, 2)
    return ClassificationMeter(
        batch_size=batch_size or max(len(outputs), 1), classes=classes, threshold=0.0, outputs=columns, ranking=ranking,
        metrics=metrics or names_for(classes), samples=len(outputs) if samples is None else samples,
        dtype=outputs.dtype, **options,
    )  # fmt: skip


def measured(meter, outputs, truth, sizes):
    start = 0
    for size in sizes:
        meter.update(outputs[start : start + size], truth[start : start + size])
        start += size
    assert start == len(truth)
    return meter.result()


def test_the_reference_says_what_made_it_and_covers_every_metric():
    assert REFERENCE["made_by"].startswith("scikit-learn 1.")
    cases = [*REFERENCE["classification"], *REFERENCE["regression"]]
    assert {name for case in cases for name in case["values"]} == set(Metric.names())


@pytest.mark.parametrize("case", REFERENCE["classification"], ids=lambda case: case["name"])
@pytest.mark.parametrize("parts", [1, 3])
def test_classification_is_scikit_learns(case, parts):
    outputs, labels = np.array(case["outputs"]), np.array(case["labels"])
    meter = meter_of(outputs, ranking=case["ranking"], confusion=True)
    sizes = [len(part) for part in np.array_split(labels, parts)]
    found = measured(meter, outputs, labels, sizes)
    assert tuple(found) == meter.names
    for name, value in case["values"].items():
        expected = math.nan if value is None else value
        assert found[name] == pytest.approx(expected, rel=1e-12, nan_ok=True), name
    np.testing.assert_array_equal(meter.confusion, case["confusion"])
    counts = np.array(case["confusion"])
    shares = precision_recall_f1(counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0))
    np.testing.assert_allclose(np.nan_to_num(shares), case["per_class"], rtol=1e-12)
    absent = (counts.sum(axis=1) + counts.sum(axis=0)) == 0
    np.testing.assert_array_equal(np.isnan(shares), [absent] * 3)


@pytest.mark.parametrize("case", REFERENCE["regression"], ids=lambda case: case["name"])
def test_regression_is_scikit_learns(case):
    outputs, targets = np.array(case["outputs"]), np.array(case["targets"])
    meter = RegressionMeter(batch_size=4, outputs=outputs.shape[1], scale=np.ones(()))
    sizes = [len(part) for part in np.array_split(targets, 3)]
    assert measured(meter, outputs, targets, sizes) == pytest.approx(case["values"], rel=1e-12, abs=1e-12)


def test_a_choice_of_regression_metrics():
    meter = RegressionMeter(batch_size=2, outputs=1, scale=np.array([10.0]), metrics=("r2", "rmse"))
    assert all(math.isnan(value) for value in meter.result().values())
    meter.update(np.array([[1.0], [2.0]]), np.array([[1.0], [4.0]]))
    # Errors of 0 and 20 in the data's units, spread 30² + 30²... about the mean 25: 15² + 15².
    assert meter.result() == pytest.approx({"r2": 1 - 400 / 450, "rmse": math.sqrt(200)})


@pytest.mark.parametrize(("middle", "deviation"), [(1e6, 1.0), (1.7e9, 1000.0), (-1e12, 10.0)])
def test_r2_of_targets_far_from_0(middle, deviation):
    random = np.random.default_rng(0)
    targets = middle + deviation * random.normal(size=(100, 2))
    outputs = targets + 0.1 * deviation * random.normal(size=(100, 2))
    meter = RegressionMeter(batch_size=30, outputs=2, scale=np.ones(()), metrics=("r2",))
    exact = 1 - np.sum((targets - outputs) ** 2) / np.sum((targets - targets.mean(axis=0)) ** 2)
    assert measured(meter, outputs, targets, [30, 30, 30, 10]) == pytest.approx({"r2": exact}, rel=1e-9)


def test_r2_of_constant_targets_is_not_defined_whatever_their_size():
    for constant in (0.0, 0.1, 1e6):
        meter = RegressionMeter(batch_size=50, outputs=1, scale=np.ones(()))
        meter.update(np.zeros((50, 1)), np.full((50, 1), constant))
        assert math.isnan(meter.result()["r2"])


def test_places_with_ties_agree_with_the_answer_that_is_decided():
    """Of equal outputs the first is the larger: the right class is only then first when it is the answer."""
    outputs = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 2.0, 2.0, 2.0], [3.0, 0.0, 3.0, 3.0]], np.float32)
    meter = meter_of(outputs, metrics=["top_3", "accuracy"])
    # Of four equal outputs the class 3 comes fourth; of three equal ones behind no other it comes third.
    assert measured(meter, outputs, np.array([3, 3, 3]), [3]) == {"top_3": 2 / 3, "accuracy": 0.0}
    meter.reset()
    assert measured(meter, outputs, np.array([0, 1, 0]), [2, 1]) == {"top_3": 1.0, "accuracy": 1.0}


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=40))
def test_the_area_is_the_share_of_pairs_in_the_right_order(samples):
    scores = np.array([score for score, _ in samples], float)
    positive = np.array([is_positive for _, is_positive in samples])
    pairs = [(a > b) + (a == b) / 2 for a in scores[positive] for b in scores[~positive]]
    expected = sum(pairs) / len(pairs) if pairs else math.nan
    assert roc_area(scores, positive) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_the_area_of_scores_that_are_no_numbers_is_not_defined():
    assert math.isnan(roc_area(np.array([0.0, np.nan]), np.array([False, True])))


def test_sure_answers_in_float32_are_still_told_apart():
    """Softmax of both rows is exactly 0 and 1 in float32; the one of class 1 is the surer."""
    outputs = np.array([[0.0, 300.0], [0.0, 200.0], [0.0, -200.0]], np.float32)
    assert measured(meter_of(outputs), outputs, np.array([1, 0, 0]), [3])["roc_auc"] == 1.0


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_parts_and_going_on_from_a_state_change_nothing(data):
    columns = data.draw(st.sampled_from([1, 2, 3, 7]))
    count = data.draw(st.integers(1, 30))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    outputs = rng.integers(-2, 3, (count, columns)).astype(np.float32)
    labels = rng.integers(0, max(columns, 2), count)
    whole = meter_of(outputs)
    expected = measured(whole, outputs, labels, [count])
    cut = data.draw(st.integers(0, count))
    assert measured(meter_of(outputs), outputs, labels, [cut, count - cut]) == pytest.approx(expected, nan_ok=True)
    # While training nothing needs the whole split, and what was counted can be put down and taken up.
    first, second = meter_of(outputs, samples=0), meter_of(outputs, samples=0)
    first.update(outputs[:cut], labels[:cut])
    second.restore(json.loads(json.dumps(first.state())))
    second.update(outputs[cut:], labels[cut:])
    expected.pop("roc_auc")
    assert second.result() == pytest.approx(expected)
    assert "roc_auc" in second.names


def test_a_meter_begins_anew_when_reset():
    rng = np.random.default_rng(0)
    outputs, labels = rng.normal(size=(12, 7)), rng.integers(0, 7, 12)
    meter = meter_of(outputs, confusion=True)
    once = measured(meter, outputs, labels, [12])
    meter.reset()
    assert all(math.isnan(value) for value in meter.result().values())
    assert measured(meter, outputs, labels, [5, 7]) == once
    assert meter.confusion is not None
    assert meter.confusion.sum() == 12


def test_the_usual_metrics_are_measured_where_nobody_chose():
    assert chosen_metrics(None, "classification") == ("accuracy",)
    assert chosen_metrics(None, "regression") == ("mae", "rmse", "r2")
    assert chosen_metrics("f1 ,  top_3", "classification") == named_metrics("f1,top_3") == ("f1", "top_3")


def test_every_metric_says_in_a_line_what_it_is():
    for metric in Metric.members().values():
        assert metric.summary().endswith(".")


def test_nothing_is_allocated_for_a_batch():
    def peak(count):
        outputs, labels = np.ones((count, 10), np.float32), np.arange(count) % 10
        meter = meter_of(outputs, samples=2 * count, confusion=False)
        meter.update(outputs, labels)
        tracemalloc.start()
        try:
            meter.update(outputs, labels)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(40_000) < peak(20_000) + 10_000


@pytest.mark.parametrize("columns", [2, 3, 6])
def test_a_margin_is_the_same_whatever_is_added_to_all_outputs_of_a_sample(columns):
    """Two models that hinge cannot tell apart are ranked alike, though their raw outputs are not."""
    rng = np.random.default_rng(columns)
    labels = rng.integers(0, columns, 60)
    # Quarters, whose sums are exact.
    outputs = (4 * (rng.normal(size=(60, columns)) + np.eye(columns)[labels])).round() / 4
    shifted = outputs + rng.integers(-20, 20, (60, 1))
    by_margin, by_output = (
        [
            measured(meter_of(each, ranking=ranking, metrics=("roc_auc",)), each, labels, [60])["roc_auc"]
            for each in (outputs, shifted)
        ]
        for ranking in ("margin", "output")
    )
    assert by_margin[0] == by_margin[1]
    assert by_output[1] < by_output[0] - 0.1


def test_every_loss_ranks_by_what_is_known():
    assert {loss.ranking for loss in Loss.members().values()} == {"output", "softmax", "margin"}
    assert Loss.members()["hinge"].ranking == "margin"
