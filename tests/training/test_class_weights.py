"""Balanced class weights: each class has the same weight in an epoch, however it is divided into batches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.runs.events import EpochEnded
from nntui.training.loop import Trainer
from tests.small_runs import Ticks, draft
from tests.training.overlapping import overlapping

REFERENCE = json.loads((Path(__file__).parent / "reference" / "balanced.json").read_text())


@pytest.fixture
def balanced(tmp_path):
    """A trainer with balanced weights of the rows given, its changes by path."""

    def make(x: np.ndarray, y: np.ndarray, **changes) -> Trainer:
        np.savez(tmp_path / "rows.npz", x=x, y=y)
        data = {"source": "rows.npz", "validation": 0}
        model = draft(**{"data": data, "layers": [{"type": "dense"}], "training.class_weights": "balanced"} | changes)
        spec = validate(model, base=tmp_path).ready()
        return Trainer(spec, load(spec.data, base=tmp_path, seed=spec.training.seed), clock=Ticks())

    return make


def last_epoch(trainer: Trainer) -> EpochEnded:
    return [event for event in trainer.events() if isinstance(event, EpochEnded)][-1]


@pytest.mark.parametrize(
    "cut",
    [
        {"training.batch_size": 320},
        {"training.batch_size": 8},
        {"training.batch_size": 1},
        {"training.batch_size": 50},
        {"training.batch_size": 8, "training.workers": 3},
        {"training.batch_size": 50, "training.workers": 2},
        {"training.batch_size": 8, "training.accumulate": 3},
        {"training.batch_size": 7, "training.accumulate": 4, "training.workers": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("loss", ["cross_entropy", {"type": "cross_entropy", "label_smoothing": 0.2}], ids=str)
def test_an_epochs_loss_and_gradient_are_one_whatever_the_batches(balanced, cut, loss):
    """With weights that stay where they are, the loss is Σw·L / n over all rows, and the mean gradient Σw·g / n."""
    x, y = overlapping(0, rows=320, rare=30)
    plain = {"training.optimizer": {"type": "sgd", "learning_rate": 1e-12}, "training.epochs": 1}
    trainer = balanced(x, y, **plain, **cut, **{"training.loss": loss})
    parameters = trainer.network.arena
    logits = x @ parameters.value("dense_1.weight").astype(float) + parameters.value("dense_1.bias").astype(float)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    smoothing = loss["label_smoothing"] if isinstance(loss, dict) else 0.0
    targets = (1 - smoothing) * np.eye(2)[y] + smoothing / 2
    weights = len(y) / (2 * np.bincount(y))[y]
    assert last_epoch(trainer).metrics["loss"] == pytest.approx(
        np.mean(-weights * (targets * logs).sum(axis=1)), rel=1e-5
    )


def test_a_rare_class_is_found_as_scikit_learn_finds_it(balanced):
    """One row in 50 is rare, so that one batch of 32 in two has none: recalls as of the optimum over all rows."""
    assert REFERENCE["made_by"].startswith("scikit-learn 1.")
    settings = {"training.epochs": 60, "training.batch_size": 32, "training.ema": 0.99,
                "training.optimizer": {"type": "adam", "learning_rate": 0.002}}  # fmt: skip
    for seed in (0, 1, 4):
        x, y = overlapping(seed)
        trainer = balanced(x, y, **settings)
        last_epoch(trainer)
        answers = trainer.network.predict(x.astype(np.float32)).argmax(axis=1)
        recalls = [np.mean(answers[y == label] == label) for label in (0, 1)]
        assert recalls == pytest.approx(REFERENCE["recalls"][str(seed)], abs=0.02)


def test_a_step_of_a_batch_with_a_rare_row_is_longer(balanced):
    """Σw·g / n of the batch: a batch without the rare class pulls less by its weight, one with it more."""
    x, y = np.ones((8, 1)), np.array([0, 0, 0, 0, 0, 0, 0, 1])
    trainer = balanced(x, y, **{"training.batch_size": 4, "training.loss": "binary_cross_entropy",
                                "layers": [{"type": "dense", "units": 1}]})  # fmt: skip
    loss = trainer.loss
    # σ(0) = 1/2: a slope of 1/2 for class 0 and -1/2 for class 1. Weights 8/(2·7) and 8/(2·1).
    loss.forward(np.zeros((4, 1), np.float32), np.array([0, 0, 0, 0]))
    np.testing.assert_allclose(loss.backward(), np.full((4, 1), 4 / 7 / 2 / 4), rtol=1e-6)
    loss.forward(np.zeros((4, 1), np.float32), np.array([0, 0, 0, 1]))
    np.testing.assert_allclose(loss.backward()[:, 0], [4 / 7 / 2 / 4] * 3 + [-4 / 2 / 4], rtol=1e-6)
