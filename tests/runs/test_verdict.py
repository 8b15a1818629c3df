"""A run that learned nothing says so, and one that learned something does not."""

from __future__ import annotations

import dataclasses

import pytest

from nntui.runs.event_log import EventLog
from nntui.runs.summary import summarize
from nntui.runs.verdict import advice, verdict

from .samples import ended, epoch_ended, new_run, started

EQUAL = [[20, 20], [20, 20]]
RARE = [[76, 0], [4, 0]]


def epoch(confusion, **metrics: float):
    return dataclasses.replace(epoch_ended(1, best=True, **metrics), confusion=confusion)


@pytest.mark.parametrize(
    ("confusion", "loss", "accuracy", "guessed"),
    [
        (EQUAL, 0.693, 0.5, True), (EQUAL, 0.25, 0.5, True), (EQUAL, 0.5, 0.8, False),
        # Of 19 in 20 in one class the network that always answers it is right, and its loss is the classes' entropy.
        (RARE, 0.1985, 0.95, True), (RARE, 0.1, 0.95, False), (RARE, 0.3, 0.99, False),
    ],
)  # fmt: skip
def test_classification(confusion, loss, accuracy, guessed):
    words = verdict(started(), [epoch(confusion, val_loss=loss, val_accuracy=accuracy)])
    assert words.startswith("no better than guessing") is guessed
    assert bool(words) is guessed


def test_what_guessing_scores():
    even = verdict(started(), [epoch(EQUAL, val_loss=0.7, val_accuracy=0.5)])
    assert even == "no better than guessing: val_accuracy 0.5 (50 % by chance, ln 2 = 0.693)"
    rare = verdict(started(), [epoch(RARE, val_loss=0.2, val_accuracy=0.95)])
    assert "95 % for the largest class, loss 0.199" in rare


@pytest.mark.parametrize(("scaled", "named"), [(False, True), (True, False), (None, False)])
def test_standardizing_is_advised_only_where_the_inputs_are_not_scaled_already(scaled, named):
    assert ("standardize" in advice(dataclasses.replace(started(), scaled_inputs=scaled))) is named


@pytest.mark.parametrize(("r2", "guessed"), [(-0.5, True), (0.0, True), (0.1, False), (float("nan"), False)])
def test_regression(r2, guessed):
    start = dataclasses.replace(started(), task="regression", classes=[])
    words = verdict(start, [epoch(None, val_loss=1.0, val_r2=r2)])
    assert bool(words) is guessed


def test_a_run_that_had_learned_something_at_its_best_did_not_guess():
    last, best = (epoch(EQUAL, val_loss=loss, val_accuracy=share) for loss, share in ((0.7, 0.5), (0.3, 0.9)))
    assert verdict(started(), [last, best]) == ""
    assert verdict(started(), []) == ""


@pytest.mark.parametrize(("reason", "said"), [("finished", True), ("stopped", False)])
def test_the_summary_of_a_finished_run_has_the_verdict(tmp_path, reason, said):
    run = new_run(tmp_path)
    log = EventLog(run.events_path)
    for event in (started(), epoch(EQUAL, val_loss=0.7, val_accuracy=0.5), ended(reason)):
        log.append(event)
    log.close()
    assert bool(summarize(run).verdict) is said
