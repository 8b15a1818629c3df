import json
import os
import subprocess

import pytest

from nntui.cli.commands.watch import _epochs_past
from nntui.runs.decimation import keeps_epoch
from nntui.runs.directory import RunDirectory, list_runs
from nntui.runs.lock import WorkerLock
from nntui.runs.metrics_table import read_metrics
from tests.cli.conftest import COMMAND, QUICK, newest


def table(text: str) -> list[dict[str, str]]:
    """The rows of tab-separated text with a header."""
    head, *rows = [line.split("\t") for line in text.splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_no_runs(ask, root):
    answer = ask("runs")
    assert answer.code == 0
    assert table(answer.out) == []
    assert answer.err == f"nntui: no runs in {root}: train one with 'nntui train MODEL'\n"


def test_runs_in_a_pipe_are_plain_columns_newest_first(ask, root):
    for name in ("one", "two"):
        assert ask("train", *QUICK, "--name", name).code == 0
    answer = ask("runs")
    rows = table(answer.out)
    assert [row["id"] for row in rows] == [run.id for run in list_runs(root)]
    assert {row["status"] for row in rows} == {"finished"}
    assert {(row["epochs_done"], row["epochs_planned"], row["best_metric"]) for row in rows} == {("2", "2", "val_loss")}
    for row, run in zip(rows, list_runs(root), strict=True):
        losses = read_metrics(run.metrics_path).columns["val_loss"]
        assert (float(row["best_value"]), int(row["best_epoch"])) == (
            pytest.approx(min(losses), rel=1e-5),
            losses.index(min(losses)) + 1,
        )
    records = [json.loads(line) for line in ask("runs", "--json").out.splitlines()]
    assert [record["id"] for record in records] == [row["id"] for row in rows]
    assert [len(record["losses"]) for record in records] == [2, 2]


def test_a_run_without_epochs_and_a_hostile_name(ask, root):
    folder = root / "odd-\x1b[31m-20250101-000000"
    folder.mkdir(parents=True)
    RunDirectory(folder).model_path.write_text('name = "tab\\there"\n')
    os.utime(folder, (0, 0))
    (row,) = table(ask("runs").out)
    assert row["id"] == "odd-\ufffd[31m-20250101-000000"
    assert (row["status"], row["best_value"]) == ("crashed", "")
    (record,) = [json.loads(line) for line in ask("runs", "--json").out.splitlines()]
    assert record["best_value"] is None


def test_models(ask):
    names = {row["name"] for row in table(ask("models").out)}
    assert {"digits-mlp", "iris", "spiral", "xor", "diabetes-regression"} <= names


MODEL = """
[data]
source = "iris"
[[layers]]
type = "dense"
units = 5
activation = "relu"
[[layers]]
type = "dense"
"""


def test_show(ask, tmp_path):
    (tmp_path / "small.toml").write_text(MODEL)
    answer = ask("show", str(tmp_path / "small.toml"))
    assert answer.code == 0
    head, first, last, *facts = [line.split("\t") for line in answer.out.splitlines()]
    assert head == ["layer", "detail", "output_shape", "parameters", "FLOPs"]
    # 4·5 weights and 5 biases, then 5·3 and 3.
    assert (first[:4], last[:4]) == (["dense_1", "5 relu", "5", "25"], ["dense_2", "3", "3", "18"])
    assert dict(facts)["parameters"] == "43"
    assert dict(facts)["data"] == "iris: 120 train and 30 val samples, inputs 4, 3 classes"
    assert answer.err == ""


def test_a_path_that_leads_nowhere_hides_nothing_else(ask):
    wrong = ("iris", "--set", "layers[9].units=3", "--set", "layers[0].units=0", "--set", "data.source=nothing")
    for command in ("show", "train"):
        answer = ask(command, *wrong)
        assert answer.code == 2
        lines = answer.err.splitlines()
        assert "--set layers[9].units: there is no [9] in a list of" in lines[0]
        assert any("layers[0].units: must be at least 1" in line for line in lines)
        assert any("data.source: " in line for line in lines)


def test_values_that_32_bits_cannot_tell_apart_are_reported_before_training(ask, tmp_path):
    rows = [f"{1_700_000_000 + 50 * n},{n // 20}\n" for n in range(40)]
    (tmp_path / "time.csv").write_text("time,late\n" + "".join(rows))
    options = ["iris", "--set", f"data.source={tmp_path / 'time.csv'}", "--set", "training.epochs=1", "--set"]
    hint = "'time' has 1700000000 and 1700000050, equal in the network's 32 bits: data.standardize = true\n"
    assert f"hint\t{hint}" in ask("show", *options, "data.standardize=false").out
    assert ask("train", *options, "data.standardize=false").err.startswith(f"nntui: hint: {hint}")
    for command in ("show", "train"):
        answer = ask(command, *options, "data.standardize=true")
        assert answer.code == 0
        assert "hint" not in answer.out + answer.err


def test_show_gives_a_hint_for_columns_of_very_different_scales(ask):
    hint = "hint\tcolumns differ by a factor of 3,000: data.standardize = true\n"
    assert hint in ask("show", "iris", "--set", "data.source=wine", "--set", "data.standardize=false").out
    assert "hint" not in ask("show", "iris", "--set", "data.source=wine", "--set", "data.standardize=true").out


def test_show_tells_what_is_wrong_beside_what_is_right(ask):
    answer = ask("show", "iris", "--set", "layers[1].units=7", "--set", "training.l1=-1")
    assert answer.code == 2
    assert answer.out.splitlines()[1].startswith("dense_1\t16 tanh\t16\t80")
    assert all(line.startswith("nntui: ") for line in answer.err.splitlines())
    assert "training.l1: must be at least 0" in answer.err


def test_gradcheck(ask):
    answer = ask("gradcheck", "iris")
    assert answer.code == 0
    rows = table(answer.out)
    assert [row["array"] for row in rows] == [
        "dense_1.weight",
        "dense_1.bias",
        "dense_2.weight",
        "dense_2.bias",
        "input",
    ]
    assert {row["result"] for row in rows} == {"ok"}


def test_gradcheck_of_a_changed_model(ask):
    answer = ask("gradcheck", "iris", "--set", "layers[0].units=5")
    assert answer.code == 0
    assert next(row for row in table(answer.out) if row["array"] == "dense_1.bias")["of"] == "5"


def test_before_a_large_file_a_line_says_that_it_is_read(ask, tmp_path):
    model = tmp_path / "own.toml"
    model.write_text('[data]\nsource = "own.csv"\n[[layers]]\ntype = "dense"\n')
    with (tmp_path / "own.csv").open("w") as file:
        file.truncate(20 * 2**20)
    answer = ask("show", str(model))
    assert answer.code == 2
    first, second = answer.err.splitlines()
    assert first == "nntui: reading own.csv (21 MB)"
    assert "own.csv is not text" in second


def test_gradcheck_of_a_wrong_gradient_is_exit_code_1(ask, monkeypatch):
    from nntui.nn.layers.dense import Dense

    right = Dense.backward
    monkeypatch.setattr(Dense, "backward", lambda self, grad: right(self, grad * 1.01))
    answer = ask("gradcheck", "iris")
    assert answer.code == 1
    assert "is off by more than" in answer.err


def test_schema_is_json(ask):
    schema = json.loads(ask("schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_watching_a_finished_run_tells_it_all(ask, root):
    trained = ask("train", *QUICK)
    watched = ask("watch", str(newest(root).path))
    assert (watched.code, watched.out) == (0, trained.out)
    assert watched.err == trained.err
    assert ask("watch", "--json").out == newest(root).events_path.read_text()


def test_watching_a_run_that_goes_on_begins_with_its_last_epochs(call, ask, root):
    assert ask("train", "iris", "--set", "training.epochs=30", "--set", "training.seed=3", "--detach").code == 0
    run = newest(root)
    assert ask("watch", "--all").out.count("\n") == 30
    # As it stood before its end, with a worker's lock on it: `watch` then waits until the lock is let go.
    lines = run.events_path.read_text().splitlines(keepends=True)
    run.events_path.write_text("".join(line for line in lines if '"run_ended"' not in line))
    answers = {}
    for options in ((), ("--all",), ("--json",)):
        with WorkerLock(run.lock_path) as lock:
            assert lock.acquire()
            process = subprocess.Popen(
                [*COMMAND, "watch", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            first = process.stdout.readline()
        answers[options] = (first + process.stdout.read(), process.stderr.read())
        process.communicate(timeout=60)
    epochs = [line.split("  ")[0] for line in answers[()][0].splitlines()]
    assert epochs == [f"epoch {number}/30" for number in range(21, 31)]
    assert "nntui: 20 earlier epochs are left out; --all shows them\n" in answers[()][1]
    assert answers[("--all",)][0].count("\n") == 30
    assert "left out" not in answers[("--all",)][1]
    assert answers[("--json",)][0] == run.events_path.read_text()


@pytest.mark.parametrize(("done", "past"), [(3, 0), (30, 20), (4_096, 4_086), (5_000, 4_980), (360_000, 358_720)])
def test_of_a_long_run_the_last_ten_epochs_are_those_of_its_log(done, past):
    kept = [epoch for epoch in range(past + 1, done + 1) if keeps_epoch(epoch)]
    assert _epochs_past(done) == past
    assert len(kept) == min(done, 10)


def test_watching_a_run_whose_worker_was_killed(ask, root):
    assert ask("train", *QUICK).code == 0
    log = newest(root).events_path
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    answer = ask("watch")
    assert answer.code == 1
    assert "is gone; " in answer.err


def test_shells_complete_commands_models_and_runs(call, root):
    assert "_NNTUI_COMPLETE=bash_complete" in call("completion", "bash").out
    assert call("completion", "zsh").out.startswith("#compdef nntui")
    assert "fish_complete" in call("completion", "fish").out
    assert call("train", *QUICK).code == 0

    def completed(words: str) -> list[str]:
        count = str(len(words.split(" ")) - 1)
        answer = call(_NNTUI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
        return [line.partition(",")[2] for line in answer.out.splitlines()]

    assert completed("nntui re") == ["resume"]
    assert completed("nntui train xo") == ["xor"]
    assert completed("nntui watch iri") == [newest(root).id]


def test_show_and_train_say_that_two_dense_layers_without_an_activation_are_one(ask):
    options = ("iris", "--set", "layers[0].activation=linear", "--set", "training.epochs=1")
    words = "are one linear layer: give dense_1 an activation, such as relu"
    assert words in ask("show", *options).out
    assert words in ask("train", *options).err
