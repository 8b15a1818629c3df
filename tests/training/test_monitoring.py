"""The monitored metric: refused if it never has a value, and the effect of epochs without one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.modelfile.problems import SpecError
from nntui.modelfile.settings import EarlyStopping, TrainingSettings
from nntui.modelfile.validation import validate
from nntui.training.best import Best
from nntui.training.loop import Trainer
from tests.small_runs import Ticks, draft, trainer_of
from tests.training.test_loss_and_metrics import PLAIN, epochs_of


def arrays(tmp_path: Path, x_test: np.ndarray, y_test: np.ndarray, y_train: np.ndarray, **changes) -> Trainer:
    """A trainer for an NPZ with its own validation split, validated as it would be before training."""
    x = np.random.default_rng(0).normal(size=(len(y_train), 2))
    np.savez(tmp_path / "own.npz", x_train=x, y_train=y_train, x_test=x_test, y_test=y_test)
    model = draft(layers=PLAIN, **{"data": {"source": "own.npz"}, **changes})
    spec = validate(model, base=tmp_path).ready()
    return Trainer(spec, load(spec.data, base=tmp_path, seed=0), clock=Ticks())


def test_a_monitor_without_a_value_on_the_validation_split_is_a_problem(tmp_path):
    x, labels, numbers = np.zeros((6, 2)), np.arange(40) % 2, np.linspace(0, 1, 40)
    ranked = {"training.metrics": "accuracy, roc_auc", "training.monitor": "val_roc_auc"}
    words = r"^training\.monitor: val_roc_auc is not defined on the validation split: all its samples are of one class"
    with pytest.raises(SpecError, match=words):
        arrays(tmp_path, x, np.ones(6, int), labels, **ranked)
    arrays(tmp_path, x, np.array([0, 1, 1, 1, 1, 1]), labels, **ranked)
    # Measured, but not what the best epoch goes by.
    arrays(tmp_path, x, np.ones(6, int), labels, **{"training.metrics": "accuracy, roc_auc"})
    words = r"^training\.monitor: val_r2 is not defined on the validation split: its targets are all the same"
    with pytest.raises(SpecError, match=words):
        arrays(tmp_path, x, np.full(6, 0.25), numbers, **{"training.monitor": "val_r2"})
    arrays(tmp_path, x, np.full(6, 0.25), numbers, **{"training.monitor": "val_mae"})
    arrays(tmp_path, x, numbers[:6], numbers, **{"training.monitor": "val_r2"})


@pytest.mark.parametrize(("monitor", "split"), [("val_r2", "validation"), ("r2", "training")])
def test_a_constant_column_of_targets_is_a_problem_for_r2(tmp_path, monitor, split):
    (tmp_path / "same.csv").write_text("a,b\n" + "".join(f"{n}.5,7.25\n" for n in range(40)))
    model = draft(**{"data": {"source": "same.csv", "task": "regression"}, "training.monitor": monitor})
    with pytest.raises(SpecError, match=rf"^training\.monitor: {monitor} is not defined on the {split} split"):
        validate(model, base=tmp_path).ready()


def test_a_class_too_rare_to_be_held_out_leaves_nothing_to_rank(tmp_path):
    rows = [f"{n % 7},{n % 5},{'rare' if n < 2 else 'usual'}\n" for n in range(40)]
    (tmp_path / "rare.csv").write_text("a,b,kind\n" + "".join(rows))
    model = draft(**{"data": {"source": "rare.csv", "validation": 0.1}, "training.metrics": "roc_auc",
                     "training.monitor": "val_roc_auc"})  # fmt: skip
    with pytest.raises(SpecError, match="all its samples are of one class"):
        validate(model, base=tmp_path).ready()


def test_what_only_the_split_shows_is_refused_before_the_first_step(tmp_path):
    """Two targets of three happen to be the same: which are held out, the seed decides."""
    (tmp_path / "few.csv").write_text("a,b\n" + "".join(f"{n}.5,{0.5 if n else 7.25}\n" for n in range(10)))
    model = draft(**{"data": {"source": "few.csv", "task": "regression"}, "training.monitor": "val_r2"})
    spec = validate(model, base=tmp_path).ready()
    seeds = {len(np.unique(load(spec.data, base=tmp_path, seed=seed).val.y)): seed for seed in range(20)}
    assert seeds.keys() == {1, 2}
    Trainer(spec, load(spec.data, base=tmp_path, seed=seeds[2]), clock=Ticks())
    with pytest.raises(SpecError, match=r"^training\.monitor: val_r2 is not defined on the validation split"):
        Trainer(spec, load(spec.data, base=tmp_path, seed=seeds[1]), clock=Ticks())


def best_of(values: list[float], *, monitor: str = "val_roc_auc", patience: int = 2) -> tuple[Best, list[bool]]:
    """What follows these values of the monitor, and in which epochs it would have ended the run."""
    settings = TrainingSettings(monitor=monitor, early_stopping=EarlyStopping(patience=patience))
    best, ends = Best(settings), []
    for epoch, value in enumerate(values, 1):
        best.update({monitor: value}, epoch, np.full(1, float(epoch)))
        ends.append(best.should_stop)
    return best, ends


def test_epochs_without_a_value_use_up_no_patience():
    nan = math.nan
    assert best_of([nan, nan, nan, 0.5, nan, 0.4, nan, 0.3])[1] == [False] * 7 + [True]
    assert best_of([nan] * 9)[0].epoch == 0
    # A loss that is not finite is a bad one.
    assert best_of([0.5, nan, math.inf], monitor="val_loss")[1] == [False, False, True]


def test_the_best_weights_come_back_after_epochs_without_a_value():
    best, _ = best_of([0.5, math.nan])
    weights = np.full(1, 2.0)
    assert best.restore_best(weights, 2)
    assert weights == 1.0
    assert not best.restore_best(weights, 1)


def test_a_plateau_is_not_made_of_epochs_without_a_value(monkeypatch):
    schedule = {"type": "reduce_on_plateau", "patience": 1, "factor": 0.5}
    trainer = trainer_of(draft(**{"training.metrics": "roc_auc", "training.monitor": "val_roc_auc",
                                  "training.schedule": schedule}))  # fmt: skip
    monkeypatch.setattr(trainer, "_validate", lambda: {"val_loss": 1.0, "val_roc_auc": math.nan})
    assert len({ended.learning_rate for ended in epochs_of(trainer)}) == 1
