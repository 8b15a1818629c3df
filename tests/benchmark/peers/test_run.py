"""The peers' own processes, with stand-ins for the libraries: their answers, and that rounds train what they count."""

import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

import nntui.benchmark.peers
from nntui.benchmark.peers.process import PACKAGES
from nntui.benchmark.peers.run import Training, load_peer, main
from nntui.cli.commands.bench import bench_command

FOLDER = Path(nntui.benchmark.peers.__file__).parent
LIBRARIES = {"torch": ["torch"], "jax": ["jax"], "sklearn": ["sklearn"]}
DENSE = {"type": "dense", "use_bias": True, "activation": "linear", "input_shape": [4], "output_shape": [3]}


def job(*layers, **changes):
    return {
        "layers": list(layers),
        "loss": {"type": "cross_entropy", "label_smoothing": 0.0},
        "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.0, "nesterov": False},
        "batch_size": 4,
        "threads": 2,
        **changes,
    }


def answers(folder, name, job):
    """The exit code and the lines a peer answers where nobody asks it for a round."""
    (folder / "job.json").write_text(json.dumps(job))
    x, y = np.zeros((10, 4), np.float32), np.zeros(10, np.int64)
    np.savez(folder / "arrays.npz", x=x, y=y, offset=np.float32(0), scale=np.float32(1))
    said = io.StringIO()
    code = main([name, str(folder / "job.json"), str(folder / "arrays.npz")], io.StringIO(), said)
    return code, [json.loads(line) for line in said.getvalue().splitlines()]


def test_every_peer_is_known_everywhere():
    names = sorted(path.stem.removesuffix("_peer") for path in FOLDER.glob("*_peer.py"))
    (choice,) = [parameter.type for parameter in bench_command.params if parameter.name == "peers"]
    assert names == sorted(PACKAGES) == sorted(choice.choices)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_peer_needs_neither_nntui_nor_its_library_to_be_read(path):
    code = f"import runpy, sys; runpy.run_path({str(path)!r}); print('nntui' in sys.modules, *sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-S", "-c", code], capture_output=True, text=True, check=False)
    # Without site-packages there is no NumPy either, the one thing a peer may need at once.
    assert done.stdout.startswith("False") or "No module named 'numpy'" in done.stderr
    assert "No module named 'nntui'" not in done.stderr


@pytest.mark.parametrize("name", PACKAGES)
def test_a_library_that_is_not_installed(name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    code, (answer,) = answers(tmp_path, name, job(DENSE))
    assert code == 2
    assert answer == {"error": f"{name} is not installed in {sys.executable}", "missing": True}


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"layers": [{**DENSE, "type": "lstm"}, DENSE]}, "layer lstm"),
        ({"layers": [DENSE, {**DENSE, "activation": "step"}]}, "activation step"),
        ({"loss": {"type": "hinge"}}, "loss hinge"),
        ({"optimizer": {"type": "lion", "learning_rate": 0.1}}, "optimizer lion"),
    ],
    ids=["layer", "activation", "loss", "optimizer"],
)
def test_what_a_peer_does_not_support_is_named(name, changes, what, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, name, MagicMock(__version__="1.0"))
    code, (answer,) = answers(tmp_path, name, job(DENSE, **changes))
    assert code == 2
    assert answer["error"].startswith(f"the {name} peer knows no {what}")


class Counting:
    """A peer that notes what it is given."""

    version, compile_seconds = "1.0", None

    def __init__(self, steps_at_once):
        self.steps_at_once = steps_at_once
        self.chunks = []

    def advance(self, order):
        self.chunks.append(order.copy())


@pytest.mark.parametrize("steps_at_once", [1, 16])
@pytest.mark.parametrize("samples", [4, 7, 40, 1000])
def test_rounds_train_full_batches_and_count_them(samples, steps_at_once):
    peer = Counting(steps_at_once)
    training = Training(peer, job(DENSE), samples)
    counted = sum(training.round(0.001)[0] for _ in range(3))
    assert counted == sum(chunk.size for chunk in peer.chunks)
    assert {chunk.shape[1] for chunk in peer.chunks} == {4}
    assert all(len(chunk) % steps_at_once == 0 for chunk in peer.chunks)
    rows = np.concatenate(peer.chunks)
    assert 0 <= rows.min() <= rows.max() < samples
    assert all(len(set(row)) == 4 for row in rows.tolist())


def test_threads_are_all_or_one():
    peer = Counting(1)
    tried = []
    peer.use_threads = tried.append
    training = Training(peer, job(DENSE, threads=3), 40)
    assert tried[:2] == [1, 3]
    assert training.threads == tried[-1]


@pytest.mark.parametrize("steps", [1, 2, 3, 16])
def test_scikit_learn_sees_as_many_rows_as_are_counted(steps, monkeypatch):
    """An epoch of ten rows has two batches of four: more steps take several passes."""
    library = MagicMock(__version__="1.0")
    monkeypatch.setitem(sys.modules, "sklearn", library)
    x, y = np.arange(40, dtype=np.float32).reshape(10, 4), np.arange(10) % 3
    peer = load_peer("sklearn").Peer(job(DENSE), x, y)
    peer.advance(np.zeros((steps, 4), np.int64))
    fitted = library.neural_network.MLPClassifier.return_value.partial_fit.call_args_list
    assert sum(len(call.args[0]) for call in fitted) == 4 * steps
    assert all(len(call.args[0]) == len(call.args[1]) <= 8 for call in fitted)
    seen = Counter(row[0] for call in fitted for row in call.args[0].tolist())
    assert max(seen.values()) <= -(-steps // 2)
