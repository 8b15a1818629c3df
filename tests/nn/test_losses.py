"""Every loss with every setting: against PyTorch's stored values, central differences and its own definition."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.dense import Dense
from nntui.nn.losses import CrossEntropy, Hinge, KLDivergence, Loss, balanced_weights
from nntui.settings import settings_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "losses.json").read_text())
DATA = REFERENCE["data"]
WEIGHTS = np.array([0.5, 2.0, 1.25, 0.0])


def built(loss, outputs, *, classes=0, weights=None, dtype="float64", batch_size=None):
    size = batch_size or len(outputs)
    loss.build(batch_size=size, outputs=np.shape(outputs)[1], classes=classes, dtype=np.dtype(dtype),
               class_weights=weights)  # fmt: skip
    return loss


def made(options):
    return Loss.members()[options["type"]](**{name: value for name, value in options.items() if name != "type"})


def test_the_reference_says_what_made_it_and_covers_every_loss_setting_and_weighting():
    assert REFERENCE["made_by"].startswith("torch 2.")
    cases = REFERENCE["cases"]
    assert {case["loss"]["type"] for case in cases} == set(Loss.names())
    for name, kind in Loss.members().items():
        own = [case for case in cases if case["loss"]["type"] == name]
        assert set(settings_of(kind)) <= {key for case in own for key in case["loss"]}
        assert any(case["weights"] for case in own)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-5)])
@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: f"{case['loss']} {case['weights']}")
def test_value_and_gradient_are_pytorchs(case, dtype, tolerance):
    outputs = np.array(DATA[case["outputs"]], dtype)
    labelled = case["truth"] in ("labels", "signs")
    truth = np.array(DATA[case["truth"]], np.int64 if labelled else dtype)
    classes = max(outputs.shape[1], 2) if labelled else 0
    weights = DATA[case["weights"]] if case["weights"] else None
    # A batch that does not fill the buffers, after another that did.
    loss = built(made(case["loss"]), outputs, classes=classes, weights=weights, dtype=dtype, batch_size=10)
    loss.forward(np.concatenate([outputs, -outputs]), np.concatenate([truth, truth]))
    assert loss.forward(outputs, truth) == pytest.approx(case["value"], rel=tolerance)
    np.testing.assert_allclose(loss.backward(), case["gradient"], rtol=tolerance, atol=tolerance / 30)


OPTIONS = [
    {"type": "cross_entropy", "label_smoothing": 0.0},
    {"type": "cross_entropy", "label_smoothing": 0.2},
    {"type": "binary_cross_entropy"},
    {"type": "kl_divergence"},
    {"type": "mean_squared_error"},
    {"type": "mean_absolute_error"},
    {"type": "huber", "delta": 0.5},
    {"type": "hinge"},
    {"type": "hinge", "margin": 0.3, "squared": True},
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_of_labels_by_central_differences(options, count, weighted):
    rng = np.random.default_rng(count)

    class Weighted(made(options).__class__):
        """The same, its weights given where the check builds it."""

        def build(self, **extent):
            super().build(**extent, class_weights=WEIGHTS if weighted else None)

    loss = Weighted(**{name: value for name, value in options.items() if name != "type"})
    x, labels = rng.normal(size=(count, 3)), rng.integers(0, 3, count)
    assert_passed(check_gradients([Dense(5, "tanh"), Dense(4)], loss, x, labels, classes=4, rng=rng))


@pytest.mark.parametrize("weights", [None, [0.3, 2.0]])
@pytest.mark.parametrize("options", [option for option in OPTIONS if option["type"] not in
                                     ("cross_entropy", "kl_divergence")], ids=str)  # fmt: skip
def test_gradients_of_a_single_output_by_central_differences(options, weights):
    rng = np.random.default_rng(5)
    outputs, labels = rng.normal(size=(6, 1)), rng.integers(0, 2, 6)
    loss = built(made(options), outputs, classes=2, weights=weights)
    assert_slopes(loss, outputs, labels)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_gradients_of_distributions_by_central_differences(data):
    count, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 5))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    truth = rng.dirichlet(np.full(columns, 0.5), size=count)
    truth[rng.random(truth.shape) < 0.2] = 0
    outputs = 3 * rng.normal(size=(count, columns))
    assert_slopes(built(KLDivergence(), outputs), outputs, truth)


def assert_passed(checks):
    assert checks
    assert [check for check in checks if not check.passed] == []


def assert_slopes(loss, outputs, truth):
    loss.forward(outputs, truth)
    gradient = loss.backward().copy()
    for place in np.ndindex(outputs.shape):
        above, below = outputs.copy(), outputs.copy()
        above[place] += 1e-5
        below[place] -= 1e-5
        slope = (loss.forward(above, truth) - loss.forward(below, truth)) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_equal_weights_multiply_the_loss_and_unequal_ones_count_rows_as_often(options):
    rng = np.random.default_rng(2)
    outputs, labels = rng.normal(size=(6, 3)), np.array([0, 1, 2, 0, 1, 1])
    plain = built(made(options), outputs, classes=3)
    equal = built(made(options), outputs, classes=3, weights=[2.0, 2.0, 2.0])
    assert equal.forward(outputs, labels) == pytest.approx(2 * plain.forward(outputs, labels), rel=1e-12)
    np.testing.assert_allclose(equal.backward(), 2 * plain.backward(), rtol=1e-10, atol=1e-15)
    # A weight of three adds as much as being there three times; the sum is divided by the six rows there are.
    heavy = built(made(options), outputs, classes=3, weights=[1.0, 3.0, 1.0])
    rows = np.concatenate([np.arange(6), np.repeat([1, 4, 5], 2)])
    often = built(made(options), outputs[rows], classes=3)
    expected = often.forward(outputs[rows], labels[rows]) * len(rows) / 6
    assert heavy.forward(outputs, labels) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_parts_of_a_batch_add_up_by_their_rows(options):
    """What workers, accumulation and epochs do: the mean over the whole is the parts' mean, each by its rows."""
    rng = np.random.default_rng(3)
    outputs, labels = rng.normal(size=(9, 4)), rng.integers(0, 3, 9)
    weights = [0.5, 2.0, 1.25, 4.0]
    whole = built(made(options), outputs, classes=4, weights=weights)
    expected = whole.forward(outputs, labels)
    gradient, part = whole.backward().copy(), built(made(options), outputs, classes=4, weights=weights)
    total = 0.0
    for rows in (np.arange(4), np.arange(4, 9)):
        share = len(rows) / 9
        total += share * part.forward(outputs[rows], labels[rows])
        np.testing.assert_allclose(share * part.backward(), gradient[rows], rtol=1e-10, atol=1e-15)
    assert total == pytest.approx(expected, rel=1e-12)


def test_balanced_weights_are_scikit_learns():
    reference = json.loads((Path(__file__).parent / "reference" / "metrics.json").read_text())["balanced"]
    np.testing.assert_allclose(balanced_weights(np.array(reference["labels"]), 3), reference["weights"], rtol=1e-15)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=50))
def test_balanced_weights_give_every_class_there_is_the_same_say(labels):
    weights = balanced_weights(np.array(labels), 6)
    counts = np.bincount(labels, minlength=6)
    says = (weights * counts)[counts > 0]
    np.testing.assert_allclose(says, len(labels) / len(says))
    assert (weights[counts == 0] == 0).all()


def test_label_smoothing_is_the_cross_entropy_with_a_mixture():
    outputs, labels = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]), np.array([2, 0])
    mixture = 0.7 * np.eye(3)[labels] + 0.1
    expected = -np.sum(mixture * np.log(CrossEntropy().probabilities(outputs))) / 2
    loss = built(CrossEntropy(label_smoothing=0.3), outputs, classes=3)
    assert loss.forward(outputs, labels) == pytest.approx(expected, rel=1e-12)


def test_the_divergence_of_a_distribution_from_itself_is_nothing():
    truth = np.array([[0.2, 0.3, 0.5], [0.0, 0.25, 0.75]])
    outputs = np.log(np.maximum(truth, 1e-300))
    loss = built(KLDivergence(), outputs)
    assert loss.forward(outputs, truth) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(loss.backward(), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([[0.5, 0.5], [0.7, 0.7]], "adds up to 1.4"),
        ([[1.5, -0.5]], "got -0.5"),
        ([[0.0, 0.0]], "adds up to 0"),
        ([[np.nan, 0.5]], "adds up to nan"),
    ],
)
def test_targets_that_are_no_probabilities_are_told(targets, words):
    why_invalid = KLDivergence().why_invalid(np.array(targets, np.float32))
    assert why_invalid is not None
    assert words in why_invalid


def test_probabilities_rounded_as_in_a_table_are_welcome():
    assert KLDivergence().why_invalid(np.array([[0.333, 0.333, 0.333], [1, 0, 0]], np.float32)) is None
    assert KLDivergence().why_invalid(np.zeros((0, 3), np.float32)) is None


def test_a_lead_of_the_margin_is_enough():
    outputs = np.array([[2.0, 1.0, -3.0], [0.0, 0.5, 0.0]])
    loss = built(Hinge(), outputs, classes=3)
    # The first row leads by just 1. In the second the right class leads by -0.5 and by 0: (1.5 + 1)/3, over two rows.
    assert loss.forward(outputs, np.array([0, 2])) == pytest.approx((1.5 + 1) / 3 / 2)
    np.testing.assert_allclose(loss.backward(), np.array([[0, 0, 0], [1, 1, -2]]) / 6)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_huge_outputs_do_not_overflow(options):
    outputs = np.array([[3e4, -3e4, 0.0], [-3e4, 3e4, 3e4]], np.float32)
    loss = built(made(options), outputs, classes=3, dtype="float32")
    assert np.isfinite(loss.forward(outputs, np.array([1, 1])))
    assert np.isfinite(loss.backward()).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_nothing_is_allocated_for_a_batch(options, weighted):
    def peak(count):
        outputs, labels = np.ones((count, 10), np.float32), np.arange(count) % 10
        weights = np.arange(1, 11) if weighted else None
        loss = built(made(options), outputs, classes=10, weights=weights, dtype="float32")
        loss.forward(outputs, labels)
        tracemalloc.start()
        try:
            loss.forward(outputs, labels)
            loss.backward()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # NumPy's own cast buffers do not grow with the batch.
    assert peak(20_000) < peak(10_000) + 5_000
