import json
import re
import sys

import pytest

from tests.cli.test_starting_quickly import imported_by

QUICKLY = ("--seconds", "0.02")


@pytest.fixture
def library(tmp_path):
    """Writes a module that passes for an installed library, and gives the environment that has it."""

    def install(name: str, code: str) -> dict[str, str]:
        (tmp_path / f"{name}.py").write_text(code)
        return {"PYTHONPATH": str(tmp_path)}

    return install


STAND_IN = """
import sys
class Network:
    def __init__(self, **settings): pass
    def partial_fit(self, x, y, classes): print("this is no answer")
__version__ = "9.9"
MLPClassifier = Network
sys.modules["sklearn.neural_network"] = neural_network = sys.modules[__name__]
"""


def test_in_a_pipe_facts_and_a_row_for_each_layer(ask):
    answer = ask("bench", "iris", *QUICKLY)
    assert answer.code == 0
    facts, layers = (part.splitlines() for part in answer.out.split("\n\n"))
    told = dict(line.split("\t") for line in facts)
    assert list(told) == ["model", "data", "speed", "step", "compute", "memory", "peak RSS"]
    assert told["data"] == "iris: 120 train samples"
    assert re.fullmatch(r"[\d,]+ samples/s, 1 worker", told["speed"])
    assert re.fullmatch(r"[\d.,]+ [um]s for 8 samples", told["step"])
    assert re.fullmatch(
        r"[\d.]+ GFLOP/s, [\d.]+% of this machine's sgemm peak \([\d.,]+ with 1 worker\)", told["compute"]
    )
    head, *rows = [line.split("\t") for line in layers]
    assert head == ["layer", "output_shape", "parameters", "forward", "backward", "share"]
    assert [row[:3] for row in rows[:2]] == [["dense_1", "16", "80"], ["dense_2", "3", "51"]]
    assert [row[0] for row in rows[2:]] == ["gather", "loss", "metrics", "optimizer", "total"]
    assert all(re.fullmatch(r"[\d.]+ (us|ms)", row[3]) for row in rows)


def test_json_is_one_object_with_plain_numbers(ask):
    answer = ask("bench", "iris", *QUICKLY, "--workers", "2", "--set", "training.batch_size=16", "--json")
    assert (answer.code, answer.err, answer.out.count("\n")) == (0, "", 1)
    told = json.loads(answer.out)
    assert (told["model"], told["workers"], told["samples_per_step"], told["peers"]) == ("iris", 2, 16, [])
    assert told["gflops"] == pytest.approx(told["peak_share"] * told["peak_gflops"], rel=1e-4)
    first, last = told["layers"]
    assert (first["name"], first["output_shape"], first["parameters"]) == ("dense_1", [16], 80)
    assert 0 < last["backward_seconds"] < 1
    assert {"gather_seconds", "loss_seconds", "metrics_seconds", "optimizer_seconds", "reckoned_step_bytes",
            "measured_step_bytes", "peak_rss_bytes"} <= told.keys()  # fmt: skip


def test_on_a_terminal_no_line_is_wider_than_it(look):
    seen = look("bench", *QUICKLY)
    assert seen.code == 0
    lines = seen.frames[-1]
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", seen.raw.decode())
    assert "one worker, medians over batches of 16:" in lines
    assert {"flatten_1", "dense_3", "optimizer", "total"} <= {line.partition(" ")[0] for line in lines}
    assert max(map(len, text.splitlines())) <= 80


def test_a_peer_in_a_process_of_its_own(call, library):
    """What the library prints is not taken for the peer's answer."""
    environment = library("sklearn", STAND_IN)
    answer = call("bench", "iris", *QUICKLY, "--peer", "sklearn", **environment)
    assert answer.code == 0, answer.err
    head, row = [line.split("\t") for line in answer.out.split("\n\n")[2].splitlines()]
    assert head == ["peer", "version", "threads", "samples/s", "compilation", "nntui_is"]
    assert row[:2] == ["sklearn", "9.9"]
    assert re.fullmatch(r"[\d.]+x as fast", row[5])
    (peer,) = json.loads(call("bench", "iris", *QUICKLY, "--peer", "sklearn", "--json", **environment).out)["peers"]
    assert (peer["name"], peer["compile_seconds"]) == ("sklearn", None)
    assert peer["ratio"] > 0


def test_a_library_that_is_not_installed_is_one_line_and_exit_code_2(call, library):
    environment = library("jax", "raise ModuleNotFoundError(\"No module named 'jax'\", name='jax')")
    answer = call("bench", "iris", *QUICKLY, "--peer", "jax", **environment)
    assert (answer.code, answer.out) == (2, "")
    advice = "pip install jax there, or name an interpreter that has it with --peer-python"
    assert answer.err == f"nntui: jax is not installed in {sys.executable}: {advice}\n"


def test_a_layer_the_peer_does_not_know_is_named(call, library):
    answer = call("bench", *QUICKLY, "--peer", "sklearn", **library("sklearn", STAND_IN))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "nntui: the sklearn peer knows no layer dropout\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonesuch"], "no model 'nonesuch'"),
        (["iris", "--peer", "keras"], "'keras' is not one of 'torch', 'jax', 'sklearn'"),
        (["iris", "--peer", "torch", "--peer-python", "/nonesuch"], "cannot start /nonesuch"),
        (["iris", "--seconds", "0"], "--seconds"),
        (["iris", "--workers", "0"], "--workers"),
        (["iris", "--set", "training.batch_size=0"], "training.batch_size: must be at least 1"),
        (["iris", "--peer", "torch", "--set", "training.l2=0.1"], "training.l2: no peer does this"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(arguments, words, ask):
    answer = ask("bench", *QUICKLY, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_its_help_comes_without_numpy(root):
    assert not imported_by("bench", "--help") & {"numpy", "pydantic"}
