"""Several workers on each batch: the same gradient, the same bits each time, and the same after resuming."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.runs.events import EpochEnded, Step
from nntui.training.parallel.worker_count import is_worth_trying, quickest_workers, usable_cores
from nntui.training.parallel.worker_pool import WorkerPool
from tests.small_runs import draft, trainer_of

PLAIN = [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense"}]


def losses(trainer):
    return [event.loss for event in trainer.events() if isinstance(event, Step)]


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_workers_compute_the_gradient_one_would(workers):
    """The order of additions shows in the last digits only; the last batch has two rows for seven workers."""
    alone = trainer_of(draft(layers=PLAIN, **{"training.optimizer": "sgd"}))
    shared = trainer_of(draft(layers=PLAIN, **{"training.optimizer": "sgd", "training.workers": workers}))
    np.testing.assert_array_equal(alone.network.arena.values, shared.network.arena.values)
    np.testing.assert_allclose(losses(shared), losses(alone), rtol=1e-4)
    np.testing.assert_allclose(shared.network.arena.values, alone.network.arena.values, rtol=1e-3, atol=1e-5)


def test_metrics_count_every_row_once():
    alone = trainer_of(draft(layers=PLAIN))
    shared = trainer_of(draft(layers=PLAIN, **{"training.workers": 3}))
    ours, theirs = ([e for e in t.events() if isinstance(e, EpochEnded)] for t in (shared, alone))
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.metrics["accuracy"] == pytest.approx(other.metrics["accuracy"], abs=1.5 / 72)
        assert mine.metrics["loss"] == pytest.approx(other.metrics["loss"], rel=1e-3)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_equal_workers_give_equal_bits_with_dropout_and_all(optimizer):
    model = draft(**{"training.workers": 2, "training.optimizer": {"type": optimizer}})
    first, second = trainer_of(model), trainer_of(model)
    assert losses(first) == losses(second)
    np.testing.assert_array_equal(first.network.arena.values, second.network.arena.values)


def test_resuming_with_workers_is_the_same_training():
    model = draft(**{"training.workers": 2})
    whole = trainer_of(model)
    losses(whole)
    first, second = trainer_of(model), trainer_of(model)
    for event in first.events():
        if isinstance(event, Step) and event.step == 13:
            break
    second.network.arena.values[...] = first.network.arena.values
    for slot, vector in second.optimizer.slots.items():
        vector[...] = first.optimizer.slots[slot]
    second.restore(json.loads(json.dumps(first.progress())))
    losses(second)
    np.testing.assert_array_equal(second.network.arena.values, whole.network.arena.values)


def test_workers_are_at_most_the_rows_of_a_batch():
    trainer = trainer_of(draft(**{"training.workers": 64, "training.batch_size": 1, "training.epochs": 1}))
    assert len(losses(trainer)) == 72


@pytest.mark.parametrize("last", [[], [{"type": "layer_norm"}], [{"type": "batch_norm"}]])
@pytest.mark.parametrize("workers", [1, 2])
def test_correct_answers_are_counted_from_the_outputs(last, workers):
    """Layers may use their output up on the way back."""
    trainer = trainer_of(
        draft(layers=[PLAIN[0], {"type": "dense", "units": 2}, *last], **{"training.workers": workers})
    )
    outputs = []
    for part in trainer._parts:
        forward = part.loss.forward

        def noted(y, truth, forward=forward):
            outputs.append((y.argmax(axis=1) == truth).sum())
            return forward(y, truth)

        part.loss.forward = noted
    # Outside its block a worker pool does every share in this process.
    train = trainer._train_step(np.arange(trainer.batch_size))
    assert train.accuracy == sum(outputs) / trainer.batch_size


def test_divergence_in_the_second_workers_part_is_found():
    trainer = trainer_of(draft(layers=PLAIN, **{"training.workers": 2}))
    trainer.network.arena.value("dense_2.bias")[...] = np.float32(3e38)
    trainer.network.arena.value("dense_2.weight")[...] = np.float32(3e38)
    ended = list(trainer.events())[-1]
    assert (ended.reason, ended.layer, ended.step) == ("diverged", "dense_2", 1)


def test_the_number_of_processes_changes_no_bit():
    """Parts done by processes of their own, and all by this one: the same numbers."""
    model = draft(**{"training.workers": 3, "training.optimizer": "adamw"})
    shared, alone = trainer_of(model), trainer_of(model)
    # A worker pool of one does every share itself.
    alone._pool = WorkerPool(1, alone._pool._tasks)
    assert losses(shared) == losses(alone)
    np.testing.assert_array_equal(shared.network.arena.values, alone.network.arena.values)
    assert shared.progress()["random_states"] == alone.progress()["random_states"]


@pytest.mark.parametrize("setting", ["l1", "l2", "clip_norm"])
def test_the_regularizer_sees_the_gradient_of_all_parts(setting):
    changes = {"training.optimizer": "sgd", f"training.{setting}": 0.05}
    alone = trainer_of(draft(layers=PLAIN, **changes))
    shared = trainer_of(draft(layers=PLAIN, **changes, **{"training.workers": 2}))
    losses(alone), losses(shared)
    np.testing.assert_allclose(shared.network.arena.values, alone.network.arena.values, rtol=1e-3, atol=1e-5)


def test_small_steps_small_batches_and_single_cores_are_not_worth_a_try():
    assert not is_worth_trying(10**6, batch_size=4096)
    assert not is_worth_trying(10**9, batch_size=16)
    assert is_worth_trying(10**9, batch_size=128) == (usable_cores() > 1)


def test_measuring_leaves_no_trace_and_returns_a_possible_number_of_workers():
    spec = validate(draft(**{"training.batch_size": 64}), base=Path()).ready()
    dataset = load(spec.data, base=Path(), seed=0)
    before = dataset.train.x.copy()
    assert quickest_workers(dataclasses.replace(spec), dataset) in range(1, usable_cores() + 1)
    np.testing.assert_array_equal(dataset.train.x, before)
