"""A peer as seen from this process: the job it is given, and what happens if it does not answer."""

import dataclasses
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from nntui.benchmark.peers.process import Peer, PeerError, Round, job_of
from nntui.data.catalogue import load
from nntui.data.preprocessing import Preprocessing
from nntui.modelfile.validation import validate
from tests.small_runs import draft


def loaded(model):
    spec = validate(model, base=Path()).ready()
    return spec, load(spec.data, base=Path(), seed=0)


def interpreter(folder, code) -> str:
    """A file that passes for a Python: it is called with the script, the peer's name, the job and the arrays."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\nimport json, os, sys\n{code}\n")
    path.chmod(0o755)
    return str(path)


READY = "print(json.dumps({'version': '9.9', 'threads': 2, 'compile_seconds': None}), flush=True)\n"
ROUNDS = "for line in sys.stdin: print(json.dumps({'samples': 30, **json.loads(line)}), flush=True)\n"


def test_a_job_has_layers_with_shapes_loss_optimizer_and_batch():
    spec, dataset = loaded(draft())
    job = json.loads(json.dumps(job_of(spec, dataset, threads=2)))
    first, noise, last = job["layers"]
    assert (first["type"], first["activation"], first["use_bias"]) == ("dense", "tanh", True)
    assert (first["input_shape"], first["output_shape"]) == ([2], [8])
    assert (noise["type"], noise["rate"], noise["output_shape"]) == ("dropout", 0.2, [8])
    assert (last["input_shape"], last["output_shape"]) == ([8], [2])
    assert job["loss"] == {"type": "cross_entropy", "label_smoothing": 0.0}
    assert (job["optimizer"]["type"], job["optimizer"]["learning_rate"]) == ("adam", 0.02)
    assert (job["batch_size"], job["threads"]) == (10, 2)


def test_a_batch_is_at_most_the_samples_there_are():
    spec, dataset = loaded(draft(**{"training.batch_size": 1000}))
    assert job_of(spec, dataset, threads=1)["batch_size"] == len(dataset.train)


@pytest.mark.parametrize(
    ("path", "value"),
    [("l1", 0.1), ("l2", 0.1), ("clip_value", 1.0), ("clip_norm", 1.0), ("accumulate", 2), ("ema", 0.9),
     ("class_weights", "balanced"), ("optimizer.weight_decay", 0.1)],
)  # fmt: skip
def test_a_setting_that_no_peer_supports_is_refused_by_name(path, value):
    spec, dataset = loaded(draft(**{f"training.{path}": value}))
    with pytest.raises(PeerError, match=f"^training.{path}: no peer does this"):
        job_of(spec, dataset, threads=1)


def test_a_peer_is_asked_for_one_round_at_a_time_and_leaves_nothing(tmp_path):
    _, dataset = loaded(draft())
    note = tmp_path / "note"
    note_down = (
        f"open({str(note)!r}, 'w').write(json.dumps([sys.argv[1:], os.getpid(), os.environ['OMP_NUM_THREADS']]))\n"
    )
    python = interpreter(tmp_path, note_down + READY + ROUNDS)
    with Peer("torch", {"threads": 3}, dataset, python=python) as peer:
        assert (peer.version, peer.threads, peer.compile_seconds) == ("9.9", 2, None)
        assert [peer.round(seconds) for seconds in (0.5, 2.0)] == [Round(30, 0.5), Round(30, 2.0)]
        assert Round(30, 0.5).rate == 60
        (script, name, job, arrays), pid, threads = json.loads(note.read_text())
        assert Path(script).name == "run.py"
        assert (name, json.loads(Path(job).read_text()), threads) == ("torch", {"threads": 3}, "3")
        with np.load(arrays) as given:
            np.testing.assert_array_equal((given["x"] - given["offset"]) * given["scale"], dataset.train.x)
            np.testing.assert_array_equal(given["y"], dataset.train.y)
    assert not Path(job).parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_bytes_come_with_their_offset_and_scale(tmp_path):
    _, dataset = loaded(draft())
    raw = np.arange(2 * len(dataset.train), dtype=np.uint8).reshape(-1, 2)
    shift = Preprocessing(np.float32(3), np.float32(0.5), np.float32(0), np.float32(1))
    pictures = dataclasses.replace(dataset, train=dataclasses.replace(dataset.train, x=raw), preprocessing=shift)
    echo = "import numpy\nd = numpy.load(sys.argv[4])\nx = (d['x'] - d['offset']) * d['scale']\n"
    python = interpreter(tmp_path, echo + "print(json.dumps({'error': str(x.sum()), 'x': str(d['x'].dtype)}))")
    with (
        pytest.raises(PeerError, match=f"^{shift.apply(raw).sum()}$"),
        Peer("jax", {"threads": 1}, pictures, python=python),
    ):
        pass


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print(json.dumps({'error': 'the torch peer knows no layer lstm'}))", "^the torch peer knows no layer lstm$"),
        (
            "print(json.dumps({'error': 'torch is not installed in here', 'missing': True}))",
            "^torch is not installed in here: pip install torch there, or name an interpreter that has it with --",
        ),
        ("sys.exit('no such thing\\nNameError: x')", "^the torch peer has ended before its time: NameError: x$"),
        ("pass", "^the torch peer has ended before its time: it said nothing$"),
        ("print('Python 2.7')", "^the torch peer has ended before its time: Python 2.7$"),
        ("print(3)", "^the torch peer has ended before its time: 3$"),
    ],
)
def test_a_peer_that_fails_says_why_in_one_line(code, message, tmp_path):
    _, dataset = loaded(draft())
    python = interpreter(tmp_path, code)
    with pytest.raises(PeerError, match=message), Peer("torch", {"threads": 1}, dataset, python=python):
        pass


def test_a_peer_that_dies_between_rounds(tmp_path):
    _, dataset = loaded(draft())
    python = interpreter(tmp_path, READY + "sys.stdin.readline(); sys.exit('killed')")
    with (
        Peer("jax", {"threads": 1}, dataset, python=python) as peer,
        pytest.raises(PeerError, match=r"^the jax peer has ended before its time: killed$"),
    ):
        peer.round(0.1)


def test_a_missing_interpreter(tmp_path):
    _, dataset = loaded(draft())
    missing = str(tmp_path / "python")
    with (
        pytest.raises(PeerError, match=f"^cannot start {missing}: No such file or directory; --peer-python takes"),
        Peer("torch", {"threads": 1}, dataset, python=missing),
    ):
        pass
