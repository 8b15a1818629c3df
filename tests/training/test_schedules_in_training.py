"""Schedules, accumulated batches and averaged weights: their effect, and that resuming changes nothing."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.inspection.evaluation import evaluate_run
from nntui.modelfile.validation import validate
from nntui.nn.schedules import Schedule
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.checkpoints import load as load_checkpoint
from nntui.runs.events import Command, EpochEnded, HyperparameterChanged, RunStarted, Step, Warning
from nntui.training.checkpoint_content import checkpoint_of, restore_training
from nntui.worker.process import Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, trainer_of, weights_of
from tests.worker.test_process import obeying

PLAIN = [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense"}]
ALL = {
    "training.schedule": {"type": "reduce_on_plateau", "patience": 1, "min_delta": 0.5, "factor": 0.5, "warmup": 0.5},
    "training.ema": 0.8,
    "training.accumulate": 3,
    "training.clip_value": 0.05,
    "training.early_stopping": {"patience": 50},
}


def rates(events):
    return [event.learning_rate for event in events if isinstance(event, Step)]


def ended_epochs(events):
    return [event for event in events if isinstance(event, EpochEnded)]


def test_the_reported_rate_is_the_one_in_use():
    """Eight steps an epoch: stairs every half epoch are the same training as changes by hand, bit for bit."""
    scheduled = trainer_of(draft(**{"training.schedule": {"type": "step", "every": 0.5, "factor": 0.5}}))
    events = list(scheduled.events())
    expected = [0.02 * 0.5 ** (step // 4) for step in range(32)]
    assert rates(events) == expected
    assert [epoch.learning_rate for epoch in ended_epochs(events)] == expected[7::8]
    by_hand = trainer_of(draft())
    by_hand.optimizer.learning_rate = expected[0]
    for event in by_hand.events():
        if isinstance(event, Step) and event.step < 32:
            by_hand.optimizer.learning_rate = expected[event.step]
    np.testing.assert_array_equal(scheduled.network.arena.values, by_hand.network.arena.values)


def test_without_a_schedule_the_rate_is_constant():
    assert set(rates(trainer_of(draft()).events())) == {0.02}


@pytest.mark.parametrize("name", Schedule.names())
def test_every_schedule_trains_by_its_name_alone(name):
    trainer = trainer_of(draft(**{"training.schedule": name}))
    events = list(trainer.events())
    assert events[-1].reason == "finished"
    schedule = Schedule.members()[name]()
    schedule.build(steps=32, steps_per_epoch=8)
    if name != "reduce_on_plateau":
        assert rates(events) == [0.02 * schedule.rate_factor(step) for step in range(32)]


def test_a_plateau_of_the_monitored_metric_lowers_the_rate():
    schedule = {"type": "reduce_on_plateau", "patience": 2, "factor": 0.5, "min_delta": 10.0}
    events = list(trainer_of(draft(**{"training.schedule": schedule, "training.epochs": 8})).events())
    # Nothing is better by 10: the first epoch is the best there is, and each two after it lower the rate.
    assert rates(events)[::8] == [0.02, 0.02, 0.02, 0.01, 0.01, 0.005, 0.005, 0.0025]


def test_a_plateau_goes_upwards_where_the_metric_does():
    schedule = {"type": "reduce_on_plateau", "patience": 1, "factor": 0.5, "min_delta": 0.0}
    changes = {"training.schedule": schedule, "training.epochs": 12, "training.monitor": "val_accuracy"}
    events = list(trainer_of(draft(**changes)).events())
    expected, factor, best = [], 1.0, -1.0
    for epoch in ended_epochs(events):
        expected.append(0.02 * factor)
        factor *= 1.0 if epoch.metrics["val_accuracy"] > best else 0.5
        best = max(best, epoch.metrics["val_accuracy"])
    assert rates(events)[::8] == expected
    assert 1 < len(set(expected)) < 12


def test_a_rate_changed_by_hand_keeps_the_schedules_curve(new_run):
    model = draft(**{"training.schedule": {"type": "exponential", "factor": 0.5}})
    run, whole = new_run(model), new_run(model)
    scale = Command("scale", setting="learning_rate", value=0.5)
    changes = {3: [scale, scale], 13: [Command("set", setting="learning_rate", value=0.1), scale]}
    obeying(run, {**changes, 20: [Command("stop")]}).run()
    Worker(run).run()
    obeying(whole, changes).run()
    base = [0.02] * 3 + [0.005] * 10 + [0.05] * 19
    expected = [rate * 0.5 ** (step / 8) for step, rate in enumerate(base)]
    assert rates(events_of(run)) == pytest.approx(expected, rel=1e-12)
    told = [(event.old, event.new) for event in events_of(run) if isinstance(event, HyperparameterChanged)]
    assert told == [(0.02, 0.005), (0.005, 0.05)]
    assert_equal_tensors(weights_of(run), weights_of(whole))


def test_a_rate_is_multiplied_within_its_bounds_and_nonsense_is_a_warning(new_run):
    run = new_run()
    odd = [Command("scale", setting="learning_rate", value=value) for value in (0.0, -2.0, 1e6)]
    most = [Command("scale", setting="learning_rate", value=1000.0)] * 3
    obeying(run, {3: odd, 31: most, 30: [Command("scale", setting="momentum", value=2.0)]}).run()
    changed = [event for event in events_of(run) if isinstance(event, HyperparameterChanged)]
    assert [(event.step, event.new) for event in changed] == [(31, 1000)]
    warnings = [event.message for event in events_of(run) if isinstance(event, Warning)]
    assert len(warnings) == 4
    assert "learning_rate can be multiplied by what is above 0 and at most 1000, got -2.0" in warnings


@pytest.mark.parametrize("workers", [1, 2])
def test_accumulated_batches_are_one_large_batch(workers):
    """72 samples: batches of 10 by threes are three steps an epoch, of 30, 30 and 12 samples."""
    few = {"layers": PLAIN, "training.optimizer": "sgd", "training.workers": workers}
    accumulated = trainer_of(draft(**few, **{"training.accumulate": 3}))
    large = trainer_of(draft(**few, **{"training.batch_size": 30}))
    assert accumulated.steps_per_epoch == 3
    assert accumulated.network.batch_size == -(-10 // workers)
    ours, theirs = list(accumulated.events()), list(large.events())
    assert [event.name for event in ours] == [event.name for event in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        if isinstance(mine, Step):
            assert (mine.step, mine.epoch) == (other.step, other.epoch)
            assert mine.loss == pytest.approx(other.loss, rel=1e-5)
            assert mine.accuracy == pytest.approx(other.accuracy, abs=1.5 / 30)
        if isinstance(mine, EpochEnded):
            assert mine.metrics["loss"] == pytest.approx(other.metrics["loss"], rel=1e-5)
    np.testing.assert_allclose(accumulated.network.arena.values, large.network.arena.values, rtol=1e-4, atol=1e-6)


def test_more_batches_than_an_epoch_has_are_one_step_an_epoch(new_run):
    run = new_run(draft(**{"training.accumulate": 100}))
    Worker(run).run()
    started = next(event for event in events_of(run) if isinstance(event, RunStarted))
    assert (started.steps_per_epoch, started.batch_size) == (1, 1000)
    assert [event.step for event in events_of(run) if isinstance(event, Step)] == [1, 2, 3, 4]


def test_averaged_weights_are_validated_and_saved_while_training_uses_the_others(new_run):
    plain, averaged = trainer_of(draft(layers=PLAIN)), trainer_of(draft(layers=PLAIN, **{"training.ema": 0.9}))
    average, step = averaged.network.arena.values.astype(np.float64), 0
    for theirs, ours in zip(plain.events(), averaged.events(), strict=True):
        if isinstance(ours, Step):
            assert ours == theirs
            step += 1
            kept = min(0.9, (1 + step) / (10 + step))
            average = kept * average + (1 - kept) * averaged.network.arena.values
        if isinstance(ours, EpochEnded):
            np.testing.assert_array_equal(averaged.network.arena.values, plain.network.arena.values)
            np.testing.assert_allclose(averaged.outcome, average, atol=1e-6)
            kept_raw = averaged.network.arena.values.copy()
            averaged.network.arena.values[...] = averaged.outcome
            right = averaged.network.predict(averaged.dataset.val.x).argmax(axis=1) == averaged.dataset.val.y
            averaged.network.arena.values[...] = kept_raw
            assert ours.metrics["val_accuracy"] == right.mean()
            assert ours.metrics["val_loss"] != theirs.metrics["val_loss"]
    np.testing.assert_array_equal(averaged.network.arena.values, averaged.outcome)
    run = new_run(draft(layers=PLAIN, **{"training.ema": 0.9}))
    Worker(run).run()
    best = max((epoch for epoch in ended_epochs(events_of(run)) if epoch.best), key=lambda epoch: epoch.epoch)
    evaluation = evaluate_run(run, checkpoint="best")
    assert evaluation.loss == pytest.approx(best.metrics["val_loss"], rel=1e-6)
    tensors, _ = load_checkpoint(run.checkpoints_path / "best.safetensors")
    assert not np.array_equal(tensors["raw.dense_1.weight"], tensors["dense_1.weight"])


def test_the_averages_of_the_best_epoch_are_restored():
    changes = {
        "training.epochs": 200,
        "training.ema": 0.5,
        "training.optimizer": {"type": "sgd", "learning_rate": 3.0, "momentum": 0.9},
        "training.early_stopping": {"patience": 3},
    }
    trainer = trainer_of(draft(**changes))
    averages = {}
    for event in trainer.events():
        if isinstance(event, EpochEnded):
            averages[event.epoch] = trainer.outcome.copy()
    assert event.best_epoch == len(averages) - 3
    np.testing.assert_array_equal(trainer.network.arena.values, averages[event.best_epoch])


@settings(max_examples=15, deadline=None)
@given(
    stop=st.integers(1, 11),
    workers=st.sampled_from([1, 2]),
    optimizer=st.sampled_from(["nadam", "lion", "adadelta", "adamw"]),
)
def test_resuming_from_any_step_is_the_same_training(stop, workers, optimizer):
    model = draft(**ALL, **{"training.workers": workers, "training.optimizer": {"type": optimizer}})
    whole, first, second = (trainer_of(model) for _ in range(3))
    expected = list(whole.events())
    events = first.events()
    for event in events:
        if isinstance(event, Step) and event.step == stop:
            break
    tensors, metadata = checkpoint_of(first, fingerprint=first.dataset.fingerprint)
    copies = {name: tensor.copy() for name, tensor in tensors.items()}
    events.close()
    restore_training(second, copies, json.loads(json.dumps(metadata)))
    rest = list(second.events())
    assert_equal_tensors(*(checkpoint_of(trainer, fingerprint="")[0] for trainer in (second, whole)))
    assert rates(rest) == rates(expected)[stop:]
    ours, theirs = ended_epochs(rest), ended_epochs(expected)
    assert [(e.metrics, e.learning_rate) for e in ours] == [(e.metrics, e.learning_rate) for e in theirs[-len(ours) :]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", -1),
        ("step", 10**9),
        ("step", float("inf")),
        ("optimizer_steps", -1),
        ("optimizer_steps", 2**63),
        ("epochs_done", 10**6),
        ("position", 10**6),
        ("seconds", 10**400),
        ("meter", None),
    ],
)
def test_progress_that_cannot_be_is_refused(name, value):
    model = draft(**ALL, **{"training.optimizer": "nadam"})
    trainer, other = trainer_of(model), trainer_of(model)
    tensors, metadata = checkpoint_of(trainer, fingerprint=trainer.dataset.fingerprint)
    metadata = json.loads(json.dumps(metadata))
    metadata["progress"][name] = value
    with pytest.raises(CheckpointError, match="the checkpoint's progress is not whole"):
        restore_training(other, tensors, metadata)


def test_stopped_and_killed_and_resumed_is_the_same_run(new_run):
    """Killed between an epoch's checkpoint and the next, where the newest checkpoint is some steps old."""

    class PowerCut(BaseException):
        pass

    model = draft(**ALL)
    run, whole = new_run(model), new_run(model)

    def cut(event):
        if isinstance(event, Step) and event.step == 8:
            raise PowerCut

    with pytest.raises(PowerCut):
        Worker(run, listener=cut).run()
    obeying(run, {10: [Command("stop")]}).run()
    Worker(run).run()
    Worker(whole).run()
    assert [event.from_step for event in events_of(run) if isinstance(event, RunStarted)] == [0, 6, 10]
    assert_equal_tensors(weights_of(run), weights_of(whole))
    assert set(rates(events_of(whole))) == {0.02, 0.01, 0.005}


def test_validation_computes_the_steps_and_their_cost():
    totals = {
        name: validate(draft(**changes), base=Path()).totals
        for name, changes in {"plain": {}, "three": {"training.accumulate": 3}, "ema": {"training.ema": 0.9}}.items()
    }
    trainer = trainer_of(draft(**{"training.accumulate": 3}))
    assert (totals["plain"].steps_per_epoch, totals["three"].steps_per_epoch) == (8, trainer.steps_per_epoch)
    for name in ("three", "ema"):
        assert totals[name].step_bytes - totals["plain"].step_bytes == 4 * totals["plain"].parameters


def test_problems_have_the_usual_words():
    wrong = {
        "training.accumulate": 0,
        "training.ema": 1.0,
        "training.clip_value": 0,
        "training.schedule": {"type": "cosin"},
        "training.optimizer": {"type": "sgd", "weight_decay": -1},
    }
    assert [str(problem) for problem in validate(draft(**wrong), base=Path()).problems] == [
        "training.optimizer.weight_decay: must be at least 0 and at most 1, got -1",
        "training.schedule.type: got 'cosin', which is not known; did you mean 'cosine'?",
        "training.clip_value: must be above 0, got 0",
        "training.accumulate: must be at least 1 and at most 1000000, got 0",
        "training.ema: must be above 0 and below 1, got 1.0",
    ]
    length = {"training.schedule": {"type": "cosine", "period": 0, "unit": "batches"}}
    assert [str(problem) for problem in validate(draft(**length), base=Path()).problems] == [
        "training.schedule.unit: got 'batches', which is not a choice; expected one of epochs, steps",
        "training.schedule.period: must be above 0 and at most 10000000, got 0",
    ]
