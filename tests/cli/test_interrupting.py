import signal
import subprocess

import numpy as np
import pytest

from nntui.runs.checkpoints import load
from nntui.runs.status import Status, status_of
from tests.cli.conftest import COMMAND, newest

MODEL = ("iris", "--set", "training.epochs=150")


def interrupted(number: int) -> tuple[int, str]:
    """Trains until the third epoch is told, then sends the signal; the exit code and what was said."""
    process = subprocess.Popen([*COMMAND, "train", *MODEL], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_good_order_and_resume_gives_the_same_weights(call, root, number, code):
    assert interrupted(number)[0] == code
    run = newest(root)
    assert status_of(run) is Status.STOPPED
    assert call("resume", run.id[:6]).code == 0
    assert status_of(run) is Status.FINISHED
    assert call("train", *MODEL).code == 0
    whole = newest(root)
    assert whole.id != run.id
    resumed, expected = (load(each.checkpoints_path / "last.safetensors")[0] for each in (run, whole))
    assert resumed.keys() == expected.keys()
    assert all(np.array_equal(resumed[name], expected[name]) for name in expected)


def test_it_says_how_to_go_on(root):
    _, said = interrupted(signal.SIGINT)
    lines = said.splitlines()
    assert "nntui: finishing the step and saving; once more leaves at once" in lines
    assert lines[-1].startswith("nntui: interrupted after step ")
    assert lines[-1].endswith(f"; 'nntui resume {newest(root).id}' goes on from there")


def test_a_second_signal_leaves_at_once(root):
    # Held still, so that both signals are there before another step is made.
    process = subprocess.Popen(
        [*COMMAND, "train", "digits-mlp", "--set", "training.epochs=100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert status_of(newest(root)) is Status.CRASHED


@pytest.mark.parametrize(
    ("before", "how", "after"),
    [((), "goes on training", Status.RUNNING), (("pause",), "waits, paused", Status.PAUSED)],
)
def test_leaving_watch_leaves_the_training_as_it_is(call, root, before, how, after):
    started = call("train", "digits-mlp", "--set", "training.epochs=100000", "--detach")
    name = started.out.strip()
    for command in before:
        assert call(command).code == 0
    process = subprocess.Popen([*COMMAND, "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith(f"nntui: {name} {how}; ")
    assert status_of(newest(root)) is after
    assert call("stop").code == 0
