"""Metrics against their definitions, initializers against their statistics, regularization by hand."""

import math

import numpy as np
import pytest

from nntui.nn.arena import Arena, ParameterSpec
from nntui.nn.initializers import Initializer, resolve
from nntui.nn.metrics import ClassificationMeter, RegressionMeter, decide
from nntui.nn.regularization import Regularizer


def test_accuracy_and_confusion_over_batches():
    meter = ClassificationMeter(batch_size=3, classes=3, threshold=0.0, confusion=True)
    assert meter.update(np.eye(3)[[0, 1, 1]], np.array([0, 1, 2])) == 2
    assert meter.update(np.eye(3)[[2]], np.array([0])) == 0
    assert meter.result() == {"accuracy": 0.5}
    np.testing.assert_array_equal(meter.confusion, [[1, 0, 1], [0, 1, 0], [0, 1, 0]])
    other = ClassificationMeter(batch_size=3, classes=3, threshold=0.0)
    other.restore(meter.state())
    assert other.result() == {"accuracy": 0.5}
    meter.reset()
    assert math.isnan(meter.result()["accuracy"])


def test_a_single_output_is_split_at_the_threshold():
    outputs = np.array([[-1.0], [0.2], [0.8]])
    np.testing.assert_array_equal(decide(outputs, threshold=0.0), [0, 1, 1])
    np.testing.assert_array_equal(decide(outputs, threshold=0.5), [0, 0, 1])
    meter = ClassificationMeter(batch_size=3, classes=2, threshold=0.5)
    assert meter.update(outputs, np.array([0, 1, 1])) == 2


def test_regression_metrics_are_those_of_the_definitions_in_the_datas_units():
    rng = np.random.default_rng(0)
    truth, outputs = rng.normal(size=(17, 2)), rng.normal(size=(17, 2))
    scale = np.array([10.0, 0.5])
    meter = RegressionMeter(batch_size=10, outputs=2, scale=scale)
    for part in (slice(0, 10), slice(10, 17)):
        meter.update(outputs[part], truth[part])
    error = (outputs - truth) * scale
    spread = ((truth - truth.mean(axis=0)) * scale) ** 2
    expected = {
        "mae": np.abs(error).mean(), "rmse": np.sqrt((error**2).mean()), "r2": 1 - (error**2).sum() / spread.sum(),
    }  # fmt: skip
    assert meter.result() == pytest.approx(expected, rel=1e-12)
    other = RegressionMeter(batch_size=10, outputs=2, scale=scale)
    other.restore(meter.state())
    assert other.result() == meter.result()


def test_r2_has_no_value_where_targets_are_constant_or_missing():
    meter = RegressionMeter(batch_size=4, outputs=1, scale=np.ones(()))
    assert all(math.isnan(value) for value in meter.result().values())
    meter.update(np.zeros((4, 1)), np.full((4, 1), 0.1))
    assert math.isnan(meter.result()["r2"])
    assert meter.result()["mae"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        ("normal", 0.05),
        ("uniform", 0.05 / math.sqrt(3)),
        ("glorot", math.sqrt(2 / (400 + 100))),
        ("he", math.sqrt(2 / 400)),
        ("lecun", math.sqrt(1 / 400)),
        ("zeros", 0.0),
    ],
)
def test_an_initializer_has_the_spread_its_paper_says(name, deviation):
    weights = np.ones((400, 100), np.float32)
    Initializer.members()[name]().fill(weights, fan_in=400, fan_out=100, rng=np.random.default_rng(0))
    # 40,000 draws know their deviation to 0.35 %; their mean to deviation / 200.
    assert weights.std() == pytest.approx(deviation, rel=0.02, abs=1e-12)
    assert weights.mean() == pytest.approx(0, abs=deviation / 40 + 1e-12)


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8), (1, 1), (5, 1)])
def test_orthogonal_rows_or_columns(shape):
    weights = np.empty(shape)
    Initializer.members()["orthogonal"]().fill(weights, fan_in=1, fan_out=1, rng=np.random.default_rng(1))
    small = weights.T @ weights if shape[0] >= shape[1] else weights @ weights.T
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-12)


def test_auto_chooses_by_the_activation():
    names = [resolve("auto", activation).type for activation in ("relu", "selu", "tanh", "linear")]
    assert names == ["he", "lecun", "glorot", "glorot"]
    assert resolve("zeros", "relu").type == "zeros"


def arena_with(weight, bias, weight_gradient, bias_gradient):
    specs = {"bias": ParameterSpec((2,)), "weight": ParameterSpec((2,), decays=True)}
    arena = Arena(specs, dtype=np.dtype(np.float64))
    arena.value("weight")[...], arena.value("bias")[...] = weight, bias
    arena.gradient("weight")[...], arena.gradient("bias")[...] = weight_gradient, bias_gradient
    return arena


def test_l1_and_l2_pull_weights_and_leave_biases():
    arena = arena_with([2.0, -4.0], [3.0, 3.0], [0.0, 1.0], [1.0, 1.0])
    Regularizer(arena, l1=0.5, l2=0.1).apply()
    np.testing.assert_allclose(arena.gradient("weight"), [0.2 + 0.5, 1 - 0.4 - 0.5])
    np.testing.assert_array_equal(arena.gradient("bias"), [1.0, 1.0])


def test_clipping_bounds_the_length_and_keeps_the_direction():
    arena = arena_with([0.0, 0.0], [0.0, 0.0], [3.0, 0.0], [0.0, 4.0])
    Regularizer(arena, clip_norm=10.0).apply()
    np.testing.assert_array_equal(arena.gradient("weight"), [3.0, 0.0])
    Regularizer(arena, clip_norm=1.0).apply()
    np.testing.assert_allclose(arena.gradient("weight"), [0.6, 0.0])
    np.testing.assert_allclose(arena.gradient("bias"), [0.0, 0.8])


def test_what_follows_moves_its_share_of_the_way_and_is_not_learned():
    specs = {"seen": ParameterSpec((2,), update_rate=0.25), "weight": ParameterSpec((3,), decays=True)}
    arena = Arena(specs, dtype=np.dtype(np.float64))
    arena.value("seen")[...] = [4.0, 0.0]
    arena.gradient("seen")[...] = [8.0, -4.0]
    arena.gradient("weight")[...] = 1.0
    arena.update_statistics()
    np.testing.assert_array_equal(arena.value("seen"), [5.0, -1.0])
    np.testing.assert_array_equal(arena.value("weight"), 0)
    assert arena.learned_names == ["weight"]
    assert arena.size == 3
