import shlex

import pytest

from nntui.runs.directory import RunDirectory
from nntui.runs.status import Status, status_of
from tests.cli.conftest import QUICK, newest


@pytest.fixture
def running(ask, root) -> RunDirectory:
    assert ask("train", "iris", "--set", "training.epochs=1000000", "--detach").code == 0
    return newest(root)


def test_pause_set_resume_stop_each_say_what_happened(ask, running):
    paused = ask("pause", "iris")
    assert (paused.code, paused.out) == (0, "")
    assert paused.err.startswith(f"nntui: {running.id}: paused after step ")
    assert status_of(running) is Status.PAUSED
    changed = ask("set", "learning_rate=0.002")
    assert changed.code == 0
    assert f"{running.id}: learning_rate 0.01 -> 0.002 after step " in changed.err
    resumed = ask("resume", str(running.path))
    assert resumed.code == 0
    assert "resumed after step" in resumed.err
    assert status_of(running) is Status.RUNNING
    stopped = ask("stop")
    assert stopped.code == 0
    assert stopped.err.startswith("nntui: stopped on request after step ")
    assert f"'nntui resume {running.id}'" in stopped.err
    assert status_of(running) is Status.STOPPED


def test_what_is_the_case_already_is_answered_too(ask, running):
    for arguments in (["pause"], ["pause"], ["set", "learning_rate=0.01"], ["resume"], ["resume"]):
        assert ask(*arguments).code == 0, arguments
    assert status_of(running) is Status.RUNNING


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "must be a number, got 'abc'"),
        ("", "must be a number, got ''"),
        ("nan", "must be a finite number, got nan"),
        ("inf", "must be a finite number, got inf"),
        ("-1", "must be above 0 and at most 1000, got -1"),
        ("0", "must be above 0 and at most 1000, got 0"),
    ],
)
def test_a_learning_rate_that_is_none_is_told_as_in_a_model_file(ask, root, text, words):
    assert ask("train", "iris", "--set", "training.epochs=1").code == 0
    answer = ask("set", f"learning_rate={text}")
    assert (answer.code, answer.out, answer.err) == (2, "", f"nntui: learning_rate: {words}\n")
    if text:
        shown = ask("show", "iris", "--set", f"training.optimizer.learning_rate={text}")
        assert shown.err == f"nntui: training.optimizer.learning_rate: {words}\n"


def test_nobody_is_there_to_obey(ask, root):
    assert ask("train", "iris", "--set", "training.epochs=1").code == 0
    for arguments in (["pause"], ["stop"], ["set", "learning_rate=0.1"]):
        answer = ask(*arguments)
        assert (answer.code, answer.err.count("\n")) == (1, 1)
        assert "is not being trained" in answer.err
    answer = ask("resume")
    run = newest(root).id
    more = f"'nntui resume {run} --epochs +100' trains on"
    assert (answer.code, answer.err) == (0, f"nntui: {run} is finished: there is nothing to resume; {more}\n")


def test_resume_in_the_background(ask, running):
    assert ask("stop").code == 0
    answer = ask("resume", "--detach")
    assert (answer.code, answer.out) == (0, f"{running.id}\n")
    assert status_of(running) is Status.RUNNING
    assert ask("stop").code == 0


def test_hints_name_the_run_as_it_is_reached_from_here(ask, root, tmp_path):
    elsewhere = tmp_path / "else where"
    assert ask("train", "iris", "--set", "training.epochs=1000000", "--detach", "--runs-dir", str(elsewhere)).code == 0
    answer = ask("stop", "--runs-dir", str(elsewhere))
    assert f"nntui resume {shlex.quote(str(newest(elsewhere).path))}" in answer.err


def test_a_finished_run_goes_on_for_more_epochs(ask, root):
    assert ask("train", *QUICK).code == 0
    answer = ask("resume", "--epochs", "+2")
    assert answer.code == 0
    assert [line.split("  ")[0] for line in answer.out.splitlines()] == ["epoch 3/4", "epoch 4/4"]
    assert "epochs 2 -> 4 after step" in answer.err
    assert "\t4\t4\t" in ask("runs").out
    assert (ask("resume", "--epochs", "5", "--detach").code, ask("watch").code) == (0, 0)
    assert "\t5\t5\t" in ask("runs").out
    refused = ask("resume", "--epochs", "5")
    assert (refused.code, refused.err) == (2, "nntui: epochs: must be at least 6, as 5 are trained, got 5\n")
    assert status_of(newest(root)) is Status.FINISHED


def test_a_paused_run_goes_on_to_another_total(ask, running):
    assert ask("pause").code == 0
    answer = ask("resume", "--epochs", "2000000")
    assert answer.code == 0
    assert "epochs 1000000 -> 2000000 after step" in answer.err
    assert "resumed after step" in answer.err
    assert ask("resume", "--epochs", "+1").err.count("\n") == 1


def test_several_settings_are_set_from_the_same_step(ask, root):
    layers = ["--set", "training.optimizer.type=sgd", "--set", "training.optimizer.momentum=0.5"]
    assert ask("train", "iris", "--set", "training.epochs=1000000", *layers, "--detach").code == 0
    changed = ask("set", "iris", "momentum=0.9", "weight_decay=0.001", "epochs=+500000")
    assert changed.code == 0
    first, second, third = (line.partition(": ")[2].partition(": ")[2] for line in changed.err.splitlines())
    assert first.startswith("momentum 0.5 -> 0.9 after step ")
    assert second.startswith("weight_decay 0 -> 0.001 after step ")
    assert third.startswith("epochs 1000000 -> 1500000 after step ")
    assert len({line.partition(" after ")[2] for line in (first, second, third)}) == 1
    assert "\t1500000\t" in ask("runs").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lerning_rate=1"], "did you mean 'learning_rate'?"),
        (["batch_size=8"], "stop, change it in Build, and start a new run"),
        (["epochs=0"], "epochs: must be at least 1 and at most 10000000, got 0"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_line(ask, running, words, expected):
    answer = ask("set", *words)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert expected in answer.err
