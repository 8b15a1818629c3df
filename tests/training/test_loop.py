"""The training loop by itself: the order of its events, its arithmetic, early stopping, divergence, and going on."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.data.catalogue import load
from nntui.modelfile.problems import SpecError
from nntui.modelfile.validation import validate
from nntui.nn.losses import CrossEntropy
from nntui.runs.events import EpochEnded, LayerStats, RunEnded, Step
from nntui.training.loop import Trainer, train
from tests.small_runs import Ticks, draft, trainer_of


def names(events):
    return [event.name for event in events]


def test_events_come_in_the_documented_order():
    events = list(trainer_of(draft(**{"training.epochs": 2})).events())
    # 72 training samples in batches of 10: eight steps, the last of two samples.
    epoch = ["step"] * 8 + ["layer_stats", "epoch_ended"]
    assert names(events) == [*epoch, *epoch, "run_ended"]
    assert [event.step for event in events if isinstance(event, Step)] == list(range(1, 17))
    assert [event.epoch for event in events if isinstance(event, Step)] == [1] * 8 + [2] * 8
    assert (events[-1].reason, events[-1].step, events[-1].epoch) == ("finished", 16, 2)


def test_an_epochs_loss_is_the_mean_over_its_samples_and_validation_comes_after_it():
    trainer = trainer_of(draft(**{"training.epochs": 1}))
    events = list(trainer.events())
    steps = [event for event in events if isinstance(event, Step)]
    ended = next(event for event in events if isinstance(event, EpochEnded))
    sizes = [10] * 7 + [2]
    mean = sum(step.loss * size for step, size in zip(steps, sizes, strict=True)) / 72
    hits = sum(step.accuracy * size for step, size in zip(steps, sizes, strict=True))
    assert ended.metrics["loss"] == pytest.approx(mean, rel=1e-12)
    assert ended.metrics["accuracy"] == pytest.approx(hits / 72, rel=1e-12)
    dataset = trainer.dataset
    logits = trainer.network.predict(dataset.val.x).astype(np.float64)
    loss = CrossEntropy()
    loss.build(batch_size=len(logits), outputs=2, classes=2, dtype=np.dtype(float))
    assert ended.metrics["val_loss"] == pytest.approx(loss.forward(logits, dataset.val.y), rel=1e-5)
    right = logits.argmax(axis=1) == dataset.val.y
    assert ended.metrics["val_accuracy"] == right.mean()
    assert np.trace(ended.confusion) == right.sum()
    assert np.sum(ended.confusion) == len(dataset.val)


def test_the_seconds_of_an_epoch_leave_evaluation_out():
    ended = next(event for event in trainer_of(draft()).events() if isinstance(event, EpochEnded))
    # The clock ticks once when read: at the start, after each of the eight steps, and after the last.
    assert ended.seconds == 9
    assert ended.samples_per_second == 72 / 9


def test_the_statistics_are_those_of_the_weights_and_the_last_gradient():
    trainer = trainer_of(draft())
    events = trainer.events()
    stats = next(event for event in events if isinstance(event, LayerStats))
    for name in trainer.network.arena.specs:
        weight, gradient = trainer.network.arena.value(name), trainer.network.arena.gradient(name)
        assert stats.weight_norm[name] == pytest.approx(np.linalg.norm(weight), rel=1e-6)
        assert stats.gradient_norm[name] == pytest.approx(np.linalg.norm(gradient), rel=1e-6)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    first, second, other = (trainer_of(draft(**{"training.seed": seed})) for seed in (5, 5, 6))
    assert list(first.events()) == list(second.events())
    np.testing.assert_array_equal(first.network.arena.values, second.network.arena.values)
    list(other.events())
    assert not np.array_equal(first.network.arena.values, other.network.arena.values)


def test_a_spec_is_not_used_up_by_training():
    trainer = trainer_of(draft())
    once = list(train(trainer.spec, trainer.dataset, clock=Ticks()))
    assert list(train(trainer.spec, trainer.dataset, clock=Ticks())) == once


@settings(max_examples=20, deadline=None)
@given(stop=st.integers(1, 32), optimizer=st.sampled_from(["adam", "sgd", "rmsprop", "adagrad", "adamw"]))
def test_resuming_from_any_step_is_the_same_training(stop, optimizer):
    model = draft(**{"training.optimizer": {"type": optimizer}, "training.early_stopping": {"patience": 50}})
    whole = trainer_of(model)
    expected = list(whole.events())

    first = trainer_of(model)
    for event in first.events():
        if isinstance(event, Step) and event.step == stop:
            break
    progress = json.loads(json.dumps(first.progress()))
    second = trainer_of(model)
    second.network.arena.values[...] = first.network.arena.values
    for slot, vector in second.optimizer.slots.items():
        vector[...] = first.optimizer.slots[slot]
    second.restore(progress)
    second.best.weights = first.best.weights
    rest = list(second.events())
    np.testing.assert_array_equal(second.network.arena.values, whole.network.arena.values)
    assert [timeless(event) for event in rest] == [timeless(event) for event in expected[-len(rest) :]]


def timeless(event):
    if isinstance(event, EpochEnded):
        return (event.step, event.epoch, event.metrics, event.confusion, event.best)
    return event


def test_early_stopping_waits_its_patience_and_restores_the_best_weights():
    model = draft(**{
        "training.epochs": 200,
        "training.optimizer": {"type": "sgd", "learning_rate": 3.0, "momentum": 0.9},
        "training.early_stopping": {"patience": 3},
    })  # fmt: skip
    trainer = trainer_of(model)
    events, weights_after = [], {}
    for event in trainer.events():
        events.append(event)
        if isinstance(event, EpochEnded):
            weights_after[event.epoch] = trainer.network.arena.values.copy()
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    ended = events[-1]
    best = min(epochs, key=lambda epoch: epoch.metrics["val_loss"])
    assert ended.reason == "finished"
    assert ended.best_epoch == best.epoch == len(epochs) - 3
    assert "val_loss has not improved for 3 epochs" in ended.message
    np.testing.assert_array_equal(trainer.network.arena.values, weights_after[best.epoch])
    assert [epoch.epoch for epoch in epochs if epoch.best][-1] == best.epoch


def test_a_monitor_may_be_better_when_higher():
    trainer = trainer_of(draft(**{"training.monitor": "val_accuracy", "training.epochs": 10}))
    best = -math.inf
    for event in trainer.events():
        if isinstance(event, EpochEnded):
            assert event.best == (event.metrics["val_accuracy"] > best)
            best = max(best, event.metrics["val_accuracy"])


def test_without_validation_the_loss_is_monitored():
    trainer = trainer_of(draft(**{"data.validation": 0.0}))
    epochs = [event for event in trainer.events() if isinstance(event, EpochEnded)]
    assert all(set(epoch.metrics) == {"loss", "accuracy"} and epoch.confusion is None for epoch in epochs)
    assert epochs[0].best


def test_a_batch_larger_than_the_data_is_all_of_the_data():
    trainer = trainer_of(draft(**{"training.batch_size": 5000}))
    assert trainer.steps_per_epoch == 1
    assert trainer.network.batch_size == 72
    assert sum(isinstance(event, Step) for event in trainer.events()) == 4


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
def test_regression_measures_in_the_datas_own_units(loss):
    model = {
        "name": "plane",
        "data": {"source": "plane", "samples": 60, "standardize_targets": True},
        "layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense"}],
        "training": {"epochs": 3, "loss": loss},
    }
    trainer = trainer_of(model)
    events = list(trainer.events())
    assert all(event.accuracy is None for event in events if isinstance(event, Step))
    ended = [event for event in events if isinstance(event, EpochEnded)][-1]
    preprocessing, val = trainer.dataset.preprocessing, trainer.dataset.val
    answers = preprocessing.restore_targets(trainer.network.predict(val.x))
    error = answers - preprocessing.restore_targets(val.y)
    assert ended.metrics["val_mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    assert ended.metrics["val_rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-5)
    assert set(ended.metrics) >= {"val_r2", "mae", "r2"}
    assert ended.confusion is None


def test_divergence_names_the_layer_the_step_and_what_to_try():
    trainer = trainer_of(draft(**{"training.optimizer": {"type": "sgd", "learning_rate": 1.0}}))
    trainer.network.arena.value("dense_1.weight")[0, 0] = np.float32(3e38)
    trainer.network.arena.value("dense_1.weight")[1, 0] = np.float32(-3e38)
    trainer.network.arena.value("dense_2.weight")[...] = np.float32(3e38)
    events = list(trainer.events())
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.reason, ended.layer, ended.quantity, ended.step) == ("diverged", "dense_2", "output", 1)
    assert "dense_2 is not finite at step 1" in ended.message
    assert "learning rate" in ended.message


def test_divergence_by_too_long_a_step_names_that_step():
    model = {
        "name": "plane",
        "data": {"source": "plane", "samples": 60},
        "layers": [{"type": "dense", "units": 4}, {"type": "dense"}],
        "training": {"batch_size": 10, "optimizer": {"type": "sgd", "learning_rate": 1000.0}},
    }
    trainer = trainer_of(model)
    # Outputs near 1e18, whose squares are finite; the gradient of the first layer is near 1e37, and finite too.
    trainer.network.arena.value("dense_1.weight")[...] = 0.1
    trainer.network.arena.value("dense_2.weight")[...] = 1e19
    ended = list(trainer.events())[-1]
    assert (ended.reason, ended.layer, ended.quantity, ended.step) == ("diverged", "dense_1", "weight", 1)


def test_a_weight_that_is_lost_in_the_last_step_of_a_run_is_noticed():
    trainer = trainer_of(draft(**{"training.epochs": 1, "data.validation": 0.0}))
    for event in (events := trainer.events()):
        if isinstance(event, Step) and event.step == 8:
            trainer.network.arena.gradient("dense_2.bias")[0] = np.nan
            trainer.network.arena.value("dense_2.bias")[0] = np.nan
        last = event
    assert (last.reason, last.layer, last.quantity, last.step) == ("diverged", "dense_2", "gradient", 8)
    assert next(events, None) is None


@pytest.mark.parametrize(
    "first",
    [
        {"type": "embedding", "vocabulary": 3},
        {"type": "residual", "layers": [{"type": "embedding", "vocabulary": 3}, {"type": "flatten"},
                                        {"type": "dense", "units": 2}]},
    ],
    ids=["first", "first of a block"],
)  # fmt: skip
def test_ids_beyond_the_vocabulary_are_refused_before_the_first_step(tmp_path, first):
    ids = np.array([[0, 1], [2, 3], [3, 1], [0, 2]], np.float32)
    np.savez(tmp_path / "ids.npz", x=ids, y=np.array([0, 1, 0, 1]))
    model = draft(data={"source": "ids.npz", "validation": 0.0},
                  layers=[first, {"type": "flatten"}, {"type": "dense"}])  # fmt: skip
    spec = validate(model, base=tmp_path).ready()
    with pytest.raises(SpecError, match=r"layers\[0\]: the data hold numbers from 0 to 3, expected ids from 0 to 2"):
        Trainer(spec, load(spec.data, base=tmp_path, seed=0), clock=float)
