import json
import os
import re
import signal
import subprocess

import pytest

from nntui.display.numbers import metric_text
from nntui.runs.metrics_table import read_metrics
from nntui.runs.status import Status, status_of
from tests.cli.conftest import COMMAND, QUICK, newest

DIVERGING = """
name = "too-fast"
[data]
source = "diabetes"
[[layers]]
type = "dense"
units = 8
[[layers]]
type = "dense"
[training]
epochs = 3
[training.optimizer]
type = "sgd"
learning_rate = 100
"""

SHOWN = ("loss", "accuracy", "val_loss", "val_accuracy")


def test_in_a_pipe_there_is_one_clean_line_for_each_epoch(call, root):
    answer = call("train", *QUICK)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert answer.out.replace("\n", "").isprintable()
    names = [part.split(" ")[0] for part in lines[0].split("  ")]
    assert names[:5] == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    rows = [line.split(",") for line in newest(root).metrics_path.read_text().splitlines()]
    val_loss = rows[0].index("val_loss")
    assert [f"val_loss {float(row[val_loss]):.4g}" in line for row, line in zip(rows[1:], lines, strict=True)] == [
        True
    ] * 2
    assert answer.err.splitlines()[0] == "nntui: training iris: 131 parameters, 120 samples and 30 for validation"
    row = read_metrics(newest(root).metrics_path).columns
    end = re.escape(
        f"trained 2 epochs; {', '.join(f'{name} {metric_text(row[name][-1])}' for name in SHOWN)}; "
        f"best val_loss {metric_text(row['val_loss'][1])} in epoch 2"
    )
    line = answer.err.splitlines()[-1]
    assert re.fullmatch(rf"nntui: {newest(root).id} finished in [\d.]+ s: {end}", line), line


def test_json_on_stdout_is_the_log(call, root):
    answer = call("train", *QUICK, "--json")
    assert answer.code == 0
    assert answer.out == newest(root).events_path.read_text()
    events = [json.loads(line) for line in answer.out.splitlines()]
    assert events[0]["schema"] == 1
    assert events[-1]["event"] == "run_ended"


def test_name_and_directory(call, tmp_path, root):
    answer = call("train", *QUICK, "--name", "My Flowers", "--runs-dir", str(tmp_path / "other"))
    assert answer.code == 0
    assert newest(tmp_path / "other").id.startswith("my-flowers-")
    assert not root.exists()


def test_a_model_file_finds_its_data_beside_itself(ask, root, tmp_path):
    rows = [f"{x},{x % 7},{'up' if x % 2 else 'down'}" for x in range(40)]
    (tmp_path / "points.csv").write_text("\n".join(["a,b,way", *rows]) + "\n")
    (tmp_path / "own.toml").write_text(
        '[data]\nsource = "points.csv"\n[[layers]]\ntype = "dense"\n[training]\nepochs = 1\n'
    )
    assert ask("train", str(tmp_path / "own.toml")).code == 0
    assert ask("evaluate").code == 0


def test_divergence_is_exit_code_3_and_says_where(ask, root, tmp_path):
    (tmp_path / "too-fast.toml").write_text(DIVERGING)
    answer = ask("train", str(tmp_path / "too-fast.toml"))
    assert answer.code == 3
    assert "diverged: " in answer.err
    assert "at step" in answer.err
    assert "try a learning rate below 100" in answer.err
    again = ask("resume")
    assert (again.code, again.err.count("\n")) == (2, 1)


def test_without_a_terminal_the_first_command_trains(root):
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().startswith("epoch 1/")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert said.startswith("nntui: no terminal for the app; training digits-mlp headless, as 'nntui train' does\n")
    assert newest(root).id.startswith("digits-mlp-")
    assert process.returncode == 130


def test_without_a_terminal_it_trains_to_the_end_and_is_done(ask, root):
    assert ask("--model", "iris").code == 0
    assert status_of(newest(root)) is Status.FINISHED


def test_a_reader_that_leaves_ends_the_training_in_good_order(root):
    read, write = os.pipe()
    process = subprocess.Popen(
        [*COMMAND, "train", "iris", "--set", "training.epochs=1000000"], stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    os.read(read, 1)
    os.close(read)
    _, said = process.communicate(timeout=60)
    run = newest(root)
    assert process.returncode == 1
    assert "Traceback" not in said
    assert f"'nntui resume {run.id}'" in said
    assert status_of(run) is Status.STOPPED


def test_detached_it_prints_the_id_and_goes_on_alone(call, root):
    answer = call("train", *QUICK, "--detach")
    run = newest(root)
    assert (answer.code, answer.out) == (0, f"{run.id}\n")
    watched = call("watch", run.id)
    assert watched.code == 0
    assert [line.split("  ")[0] for line in watched.out.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert status_of(run) is Status.FINISHED


def test_in_the_background_it_tells_why_it_could_not_begin(ask, root, tmp_path):
    data = tmp_path / "points.csv"
    data.write_text("a,b\n" + "".join(f"{x},{'up' if x % 2 else 'down'}\n" for x in range(40)))
    (tmp_path / "own.toml").write_text(
        '[data]\nsource = "points.csv"\n[[layers]]\ntype = "dense"\n[training]\nepochs = 1000000\n'
    )
    assert ask("train", str(tmp_path / "own.toml"), "--detach").code == 0
    assert ask("stop").code == 0
    data.unlink()
    answer = ask("resume", "--detach")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("nntui: data.source: ")
    assert "points.csv" in answer.err


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_any_encoding_of_the_output_is_survived(call, encoding):
    answer = call("show", "digits-mlp", PYTHONIOENCODING=encoding)
    assert answer.code == 0
    assert "8\\xd78\\xd71" in answer.out or "8�8�1" in answer.out or "8×8×1" in answer.out
