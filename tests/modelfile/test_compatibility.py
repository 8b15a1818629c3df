"""Which metrics, monitors, losses and class weights go with which data, and what is said where they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nntui.modelfile.parsing import parse, to_draft
from nntui.modelfile.schema import json_schema
from nntui.modelfile.settings import HIGHER_IS_BETTER, MONITORS
from nntui.modelfile.validation import validate
from nntui.nn.losses import CrossEntropy, Hinge, KLDivergence
from nntui.nn.metrics import Metric
from tests.modelfile.drafts import changed, told

DIABETES = (("data",), {"source": "diabetes"})
MOONS = (("data",), {"source": "moons", "samples": 40})
DIGITS = [(("data",), {"source": "digits"}), (("layers",), [{"type": "flatten"}, {"type": "dense"}])]
WITHOUT_VALIDATION = (("data", "validation"), 0)


def training(**keys):
    return [(("training", key), value) for key, value in keys.items()]


@pytest.mark.parametrize(
    "changes",
    [
        training(metrics="f1"),
        training(metrics="accuracy, precision,recall ,f1, roc_auc"),
        training(metrics="roc_auc", monitor="val_roc_auc"),
        training(metrics="f1", monitor="f1"),
        training(class_weights="balanced", loss={"type": "cross_entropy", "label_smoothing": 0.1}),
        training(loss="hinge", class_weights="balanced"),
        training(loss={"type": "kl_divergence"}),
        [MOONS, (("layers",), [{"type": "dense", "units": 1}]), *training(loss="hinge", metrics="roc_auc, f1")],
        [*DIGITS, *training(metrics="top_5, top_3", monitor="val_top_5")],
        [DIABETES, *training(metrics="r2", monitor="val_r2")],
        [WITHOUT_VALIDATION, *training(metrics="precision", monitor="precision")],
        training(metrics=None, class_weights=None),
    ],
)
def test_compatible_settings(changes):
    draft = changed(*changes)
    assert told(draft) == []
    Draft202012Validator(json_schema()).validate(draft)
    spec = validate(draft, base=Path()).ready()
    assert parse(to_draft(spec)) == spec


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (training(metrics="acuracy"),
         ["training.metrics: got 'acuracy', which is not a metric; did you mean 'accuracy'?"]),
        (training(metrics="f1, zzz"),
         ["training.metrics: got 'zzz', which is not a metric; "
          "expected one of accuracy, precision, recall, f1, top_3, top_5, roc_auc"]),
        ([DIABETES, *training(metrics="")],
         ["training.metrics: got '', which is not a metric; expected one of mae, rmse, r2"]),
        (training(metrics="f1, f1"), ["training.metrics: f1 is named twice"]),
        (training(metrics="mae"),
         ["training.metrics: mae is not for a classification; "
          "expected one of accuracy, precision, recall, f1, top_3, top_5, roc_auc"]),
        ([DIABETES, *training(metrics="f1")],
         ["training.metrics: f1 is not for a regression; expected one of mae, rmse, r2"]),
        (training(metrics="top_3, top_5"),
         ["training.metrics: top_3 needs at least 4 classes, got 3",
          "training.metrics: top_5 needs at least 6 classes, got 3"]),
        ([WITHOUT_VALIDATION, *training(metrics="roc_auc")],
         ["training.metrics: roc_auc needs validation samples, and data.validation leaves none"]),
        (training(monitor="val_f1"),
         ["training.monitor: val_f1 is not measured; name it in training.metrics, such as 'accuracy, f1'"]),
        (training(metrics="f1, recall", monitor="accuracy"),
         ["training.monitor: accuracy is not measured; "
          "name it in training.metrics, such as 'f1, recall, accuracy'"]),
        (training(metrics="roc_auc", monitor="roc_auc"),
         ["training.monitor: got 'roc_auc', which is not a choice; did you mean 'val_roc_auc'?"]),
        ([DIABETES, *training(metrics="mae", monitor="val_r2")],
         ["training.monitor: val_r2 is not measured; name it in training.metrics, such as 'mae, r2'"]),
        ([DIABETES, *training(monitor="val_f1")], ["training.monitor: val_f1 is not measured for a regression"]),
        (training(metrics="nothing", monitor="val_f1"),
         ["training.metrics: got 'nothing', which is not a metric; "
          "expected one of accuracy, precision, recall, f1, top_3, top_5, roc_auc"]),
        (training(metrics=["f1", 2]),
         ["training.metrics: must be names, as a list or as a text with commas between, got a list"]),
        (training(class_weights="balance"),
         ["training.class_weights: got 'balance', which is not a choice; did you mean 'balanced'?"]),
        ([DIABETES, *training(class_weights="balanced")],
         ["training.class_weights: is for classification, and this data is a regression"]),
        ([DIABETES, *training(loss="hinge")],
         ["training.loss: hinge is for classification, and this data is a regression"]),
        ([DIABETES, *training(loss="kl_divergence")],
         ["training.loss: kl_divergence is for several targets, and this data has one"]),
        ([(("layers",), [{"type": "dense", "activation": "softmax"}]), *training(loss="kl_divergence")],
         ["layers[0].activation: must be linear in the last layer, got 'softmax': "
          "kl_divergence applies softmax itself"]),
        ([MOONS, (("layers",), [{"type": "dense", "units": 1}]), *training(loss="kl_divergence")],
         ["layers[0].units: must be 2, one for each of the classes, got 1"]),
        (training(loss={"type": "cross_entropy", "label_smoothing": 1}),
         ["training.loss.label_smoothing: must be at least 0 and below 1, got 1"]),
        (training(loss={"type": "hinge", "margin": 0}), ["training.loss.margin: must be above 0, got 0"]),
    ],
)  # fmt: skip
def test_incompatible_settings_are_reported_in_one_line(changes, lines):
    assert told(changed(*changes)) == lines


def test_settings_of_losses_are_parsed():
    def loss(value):
        return validate(changed(*training(loss=value)), base=Path()).ready().training.loss

    assert loss({"type": "cross_entropy", "label_smoothing": 0.1}) == CrossEntropy(label_smoothing=0.1)
    assert loss({"type": "hinge", "squared": True, "margin": 2}) == Hinge(margin=2.0, squared=True)
    assert loss("kl_divergence") == KLDivergence()


def test_every_metric_can_be_monitored_in_its_own_direction():
    assert {name.removeprefix("val_") for name in MONITORS} == {"loss", *Metric.names()}
    assert "roc_auc" not in MONITORS
    falling = {name for name in MONITORS if name not in HIGHER_IS_BETTER}
    assert falling == {"loss", "val_loss", "mae", "val_mae", "rmse", "val_rmse"}
