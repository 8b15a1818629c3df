"""Metrics, the monitored metric, class weights and target distributions in training and evaluation."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.inspection.evaluation import evaluate_run
from nntui.modelfile.problems import SpecError
from nntui.modelfile.validation import validate
from nntui.nn.losses import CrossEntropy
from nntui.runs.events import EpochEnded, Step
from nntui.training.loop import Trainer
from nntui.worker.launch import create_run
from nntui.worker.process import Worker
from tests.small_runs import Ticks, draft, trainer_of

EVERYTHING = "accuracy, precision, recall, f1, roc_auc"
PLAIN = [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense"}]


def epochs_of(trainer):
    return [event for event in trainer.events() if isinstance(event, EpochEnded)]


def steps_of(trainer):
    return [event for event in trainer.events() if isinstance(event, Step)]


@pytest.fixture
def lopsided(tmp_path):
    """A trainer of a table with 54 rows of one class and 6 of the other, its changes by path."""

    def make(**changes) -> Trainer:
        rng = np.random.default_rng(1)
        rows = [f"{x:.3f},{y:.3f},{'rare' if n % 10 == 0 else 'usual'}" for n, (x, y) in
                enumerate(rng.normal(size=(60, 2)))]  # fmt: skip
        (tmp_path / "lopsided.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
        model = draft(**{"data": {"source": "lopsided.csv", "validation": 0.2}, "layers": PLAIN} | changes)
        spec = validate(model, base=tmp_path).ready()
        return Trainer(spec, load(spec.data, base=tmp_path, seed=spec.training.seed), clock=Ticks())

    return make


def test_every_chosen_metric_is_reported_and_ranking_is_for_validation_only():
    trainer = trainer_of(draft(**{"training.metrics": EVERYTHING}))
    ended = epochs_of(trainer)[-1]
    names = EVERYTHING.split(", ")
    assert trainer.metric_names == tuple(names)
    expected = {"loss", *names[:4], "val_loss", *(f"val_{name}" for name in names)}
    assert set(ended.metrics) == expected
    logits, labels = trainer.network.predict(trainer.dataset.val.x).astype(float), trainer.dataset.val.y
    margin = logits[:, 1] - logits[:, 0]
    pairs = [(a > b) + (a == b) / 2 for a in margin[labels == 1] for b in margin[labels == 0]]
    assert ended.metrics["val_roc_auc"] == pytest.approx(np.mean(pairs))
    answers = logits.argmax(axis=1)
    f1 = [2 * np.sum((answers == c) & (labels == c)) / np.sum((answers == c) * 1 + (labels == c)) for c in (0, 1)]
    assert ended.metrics["val_f1"] == pytest.approx(np.mean(f1))
    assert ended.confusion is not None
    assert np.sum(ended.confusion) == len(labels)


def test_an_unchosen_metric_is_not_reported_but_steps_have_an_accuracy():
    trainer = trainer_of(draft(**{"training.metrics": "recall", "training.epochs": 1}))
    events = list(trainer.events())
    (ended,) = [event for event in events if isinstance(event, EpochEnded)]
    assert list(ended.metrics) == ["loss", "recall", "val_loss", "val_recall"]
    assert all(event.accuracy is not None for event in events if isinstance(event, Step))


@pytest.mark.parametrize(("monitor", "better"), [("val_f1", max), ("val_roc_auc", max), ("val_loss", min)])
def test_the_best_epoch_depends_on_the_monitor(monitor, better):
    model = draft(**{"training.metrics": "f1, roc_auc", "training.monitor": monitor, "training.epochs": 8})
    ended = epochs_of(trainer_of(model))
    best = better(epoch.metrics[monitor] for epoch in ended)
    assert [epoch for epoch in ended if epoch.best][-1].metrics[monitor] == best


@pytest.mark.parametrize("workers", [2, 3])
def test_metrics_are_those_of_one_worker(workers):
    model = draft(layers=PLAIN, **{"training.metrics": EVERYTHING, "training.optimizer": {"type": "sgd"}})
    alone, shared = trainer_of(model), trainer_of(draft(**{**model, "training.workers": workers}))
    for mine, other in zip(epochs_of(shared), epochs_of(alone), strict=True):
        assert mine.metrics.keys() == other.metrics.keys()
        assert mine.metrics == pytest.approx(other.metrics, abs=1.5 / 18)


def test_class_weights_count_in_training_and_not_in_validation(lopsided):
    weighted = lopsided(**{"training.class_weights": "balanced", "training.optimizer": {"type": "sgd"}})
    plain = lopsided(**{"training.optimizer": {"type": "sgd"}})
    train, val = weighted.dataset.train, weighted.dataset.val
    counts = np.bincount(train.y)
    rows = weighted._order()[:10]
    logits = weighted.network.predict(train.x[rows]).astype(float)
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(10), train.y[rows]]
    weights = (len(train) / (2 * counts))[train.y[rows]]
    assert steps_of(plain)[0].loss == pytest.approx(losses.mean(), rel=1e-5)
    events = list(weighted.events())
    ended = [event for event in events if isinstance(event, EpochEnded)][-1]
    assert events[0].loss == pytest.approx((weights * losses).mean(), rel=1e-5)
    after = weighted.network.predict(val.x).astype(float)
    loss = CrossEntropy()
    loss.build(batch_size=len(val), outputs=2, classes=2, dtype=np.dtype(float))
    assert ended.metrics["val_loss"] == pytest.approx(loss.forward(after, val.y), rel=1e-5)


def test_evaluation_measures_what_the_run_measured(tmp_path):
    model = draft(**{"training.metrics": EVERYTHING, "training.class_weights": "balanced"})
    run = create_run(model, base=tmp_path, root=tmp_path)
    epochs: list[EpochEnded] = []
    Worker(run, listener=lambda event: epochs.append(event) if isinstance(event, EpochEnded) else None).run()
    for ended in epochs:
        evaluation = evaluate_run(run, checkpoint=str(ended.epoch))
        expected = {name: value for name, value in ended.metrics.items() if name.startswith("val_")}
        assert {"val_loss": evaluation.loss} | {f"val_{k}": v for k, v in evaluation.metrics.items()} == expected
        f1 = [score.f1 for score in evaluation.scores]
        assert evaluation.metrics["f1"] == pytest.approx(np.nanmean(f1))
    header, *rows = run.metrics_path.read_text().splitlines()
    names = list(epochs[0].metrics)
    assert [name for name in header.split(",") if name in names] == names
    assert [float(row.split(",")[0]) for row in rows] == [1, 2, 3, 4]


def distributions(tmp_path: Path, y: np.ndarray, **data) -> Trainer:
    np.savez(tmp_path / "shares.npz", x=np.arange(2 * len(y), dtype=np.float32).reshape(-1, 2) / 100, y=y)
    model = draft(layers=PLAIN, **{"data": {"source": "shares.npz", "task": "regression", **data},
                                   "training.loss": "kl_divergence", "training.epochs": 5})  # fmt: skip
    spec = validate(model, base=tmp_path).ready()
    return Trainer(spec, load(spec.data, base=tmp_path, seed=0), clock=Ticks())


def test_target_distributions_are_learned(tmp_path):
    y = np.random.default_rng(0).dirichlet([1.0, 2.0, 3.0], 50)
    ended = epochs_of(distributions(tmp_path, y))
    assert ended[-1].metrics["loss"] < ended[0].metrics["loss"]
    assert ended[-1].metrics["val_loss"] > 0
    assert math.isfinite(ended[-1].metrics["val_rmse"])


def test_targets_that_are_not_distributions_are_refused_in_a_line(tmp_path):
    y = np.full((50, 2), 0.75)
    with pytest.raises(SpecError, match=r"^training\.loss: kl_divergence needs .* got a row that adds up to 1\.5$"):
        distributions(tmp_path, y)
    good = np.random.default_rng(0).dirichlet([1.0, 1.0], 50)
    with pytest.raises(SpecError, match=r"take data\.standardize_targets out"):
        distributions(tmp_path, good, standardize_targets=True)


@pytest.mark.parametrize("workers", [2, 3])
def test_class_weights_are_those_of_the_whole_batch_with_several_workers(lopsided, workers):
    changes = {"training.class_weights": "balanced", "training.optimizer": {"type": "sgd"}}
    alone, shared = lopsided(**changes), lopsided(**changes, **{"training.workers": workers})
    np.testing.assert_allclose(*([step.loss for step in steps_of(each)] for each in (shared, alone)), rtol=1e-4)
    np.testing.assert_allclose(shared.network.arena.values, alone.network.arena.values, rtol=1e-3, atol=1e-5)
