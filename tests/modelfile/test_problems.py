"""Every kind of problem with its exact words, which are the same wherever they are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.modelfile.document import write_document
from nntui.modelfile.parsing import parse
from nntui.modelfile.problems import Problem, SpecError, shown, suggestion
from tests.modelfile.drafts import DELETED, changed, told

UNITS = ("layers", 0, "units")
OPTIMIZER = ("training", "optimizer")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        # What a key must be.
        (UNITS, "64", "layers[0].units: must be a whole number, got '64'"),
        (UNITS, 1.5, "layers[0].units: must be a whole number, got 1.5"),
        (UNITS, 8.0, "layers[0].units: must be a whole number, got 8.0"),
        (UNITS, True, "layers[0].units: must be a whole number, got true"),
        (UNITS, [8], "layers[0].units: must be a whole number, got a list"),
        (UNITS, {"n": 8}, "layers[0].units: must be a whole number, got a table"),
        (("layers", 0, "use_bias"), 1, "layers[0].use_bias: must be true or false, got 1"),
        (("layers", 0, "use_bias"), None, "layers[0].use_bias: must be true or false, got nothing"),
        (("layers", 0, "activation"), 3, "layers[0].activation: must be a text, got 3"),
        (("data", "validation"), "a fifth", "data.validation: must be a number, got 'a fifth'"),
        (("data", "validation"), False, "data.validation: must be a number, got false"),
        (("data", "source"), 5, "data.source: must be a text, got 5"),
        # Bounds.
        (("training", "epochs"), 0, "training.epochs: must be at least 1 and at most"),
        (UNITS, 0, "layers[0].units: must be at least 1 and at most"),
        (UNITS, -1, "layers[0].units: must be at least 1 and at most"),
        (("data", "validation"), 1, "data.validation: must be at least 0 and below 1, got 1"),
        (("data", "validation"), -0.1, "data.validation: must be at least 0 and below 1, got -0.1"),
        (OPTIMIZER, {"type": "sgd", "momentum": 1.5},
         "training.optimizer.momentum: must be at least 0 and below 1, got 1.5"),
        (OPTIMIZER, {"type": "sgd", "learning_rate": 0},
         "training.optimizer.learning_rate: must be above 0 and at most 1000, got 0"),
        (("training", "clip_norm"), 0, "training.clip_norm: must be above 0, got 0"),
        # Numbers that are none.
        (("training", "l1"), float("inf"), "training.l1: must be a finite number, got inf"),
        (("training", "clip_norm"), float("nan"), "training.clip_norm: must be a finite number, got nan"),
        (("training", "clip_norm"), 10**400, "training.clip_norm: must be a finite number, got a number of about 400"),
        # Keys.
        (("layers", 0, "unit"), 3, "layers[0].unit: is not known; did you mean 'units'?"),
        (("layers", 0, "UNITS"), 3, "layers[0].UNITS: is not known; did you mean 'units'?"),
        (("training", "early_stopping"), {"zzz": 1},
         "training.early_stopping.zzz: is not known; expected one of patience, min_delta, restore_best"),
        (("trainig",), {}, "trainig: is not known; did you mean 'training'?"),
        (("data", "generator"), {}, "data.generator: is not known; expected one of source, target,"),
        (("data", "source"), DELETED, "data.source: is missing; expected a text: A bundled set, a generator"),
        # Choices and types.
        (("layers", 0, "activation"), "rellu",
         "layers[0].activation: got 'rellu', which is not a choice; did you mean 'relu'?"),
        (("training", "monitor"), "zzz",
         "training.monitor: got 'zzz', which is not a choice; expected one of val_loss, val_accuracy,"),
        (("layers", 0, "type"), "Dense", "layers[0].type: got 'Dense', which is not known; did you mean 'dense'?"),
        (("layers", 0, "type"), 7, "layers[0].type: got 7, which is not known; expected one of"),
        (("layers", 0, "type"), DELETED, "layers[0].type: is missing; expected one of"),
        (OPTIMIZER, {"type": None}, "training.optimizer.type: is missing; expected one of adadelta,"),
        (OPTIMIZER, "adm", "training.optimizer.type: got 'adm', which is not known; did you mean 'adam'?"),
        (OPTIMIZER, 3, "training.optimizer: must be a table with a type, got 3"),
        (OPTIMIZER, None, "training.optimizer: must be a table with a type, got nothing"),
        (("training", "loss"), "mse",
         "training.loss.type: got 'mse', which is not known; expected one of cross_entropy"),
        # Sections.
        (("name",), "", "name: must be one line of 1 to 100 characters, got ''"),
        (("name",), "  ", "name: must be one line of 1 to 100 characters, got '  '"),
        (("name",), "a\nb", "name: must be one line of 1 to 100 characters, got 'a\\nb'"),
        (("name",), "x" * 101, "name: must be one line of 1 to 100 characters, got 101 characters"),
        (("name",), 5, "name: must be one line of 1 to 100 characters, got 5"),
        (("data",), DELETED, 'data: is missing; expected a table with a source, such as source = "digits"'),
        (("data",), "iris", "data: must be a table, got 'iris'"),
        (("layers",), DELETED, "layers: is empty; add at least one layer, such as a dense one"),
        (("layers",), [], "layers: is empty; add at least one layer, such as a dense one"),
        (("layers",), {"type": "dense"}, "layers: must be a list of tables, each written as [[layers]], got a table"),
        (("layers",), [3], "layers[0]: must be a table with a type, got 3"),
        (("training",), [], "training: must be a table, got a list"),
        (("training",), [{"epochs": 2}], "training: must be a table, got a list"),
        (("training", "early_stopping"), True, "training.early_stopping: must be a table, got true"),
        (("provenance",), 1, "provenance: must be a table, got 1"),
    ],
)  # fmt: skip
def test_words(path, value, words):
    (line,) = told(changed((path, value)))
    assert line.startswith(words)
    if not words.endswith(("at most", ",", "generator", "one of", "400", "cross_entropy")):
        assert line == words


@pytest.mark.parametrize("value", [10**30, 2_000_000])
def test_a_number_above_the_bound_is_shown_in_full(value):
    (line,) = told(changed((UNITS, value)))
    assert line.startswith("layers[0].units: must be at least 1 and at most 1")
    assert line.endswith(f", got {value}")


def test_all_problems_at_once_in_the_order_of_the_file():
    draft = changed(
        (("nam",), "x"),
        (("name",), 3),
        (("data", "validation"), 2),
        (("data", "sourze"), "iris"),
        (("layers", 0, "activation"), "rellu"),
        (("layers", 0, "units"), 0),
        (("layers", 1, "type"), "dens"),
        (("training", "batch_size"), 0),
        (("training", "epochs"), "many"),
        (("training", "optimizer"), {"type": "sgd", "momentum": 2, "nestrov": True}),
        (("training", "early_stopping"), {"patience": 0}),
    )
    assert [line.partition(":")[0] for line in told(draft)] == [
        "nam",
        "name",
        "data.sourze",
        "data.validation",
        "layers[0].units",
        "layers[0].activation",
        "layers[1].type",
        "training.epochs",
        "training.batch_size",
        "training.optimizer.nestrov",
        "training.optimizer.momentum",
        "training.early_stopping.patience",
    ]


def test_parse_raises_what_validate_reports():
    draft = changed((UNITS, 0), (("training", "epochs"), 0))
    with pytest.raises(SpecError) as raised:
        parse(draft)
    assert [str(problem) for problem in raised.value.problems] == told(draft)
    assert str(raised.value) == "\n".join(told(draft))


def test_the_command_line_says_the_same_words(tmp_path):
    draft = changed((UNITS, 0), (("training", "epochs"), "many"), (("training", "optimizer"), "adm"))
    write_document(draft, tmp_path / "wrong.toml")
    command = [sys.executable, "-m", "nntui", "train", "wrong.toml", "--runs-dir", "runs"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert [line.removeprefix("nntui: ") for line in answer.stderr.splitlines()] == told(draft)
    assert not (tmp_path / "runs").exists()


@given(st.text(max_size=600))
def test_problems_are_one_printable_line(text):
    line = str(Problem(text, f"got {text}"))
    assert line.isprintable()
    assert len(line) <= 10 * (400 + 400 + 2)


def test_huge_values_stay_short():
    enormous = int("f" * 100_000, 16)
    long = "x" * 10_000
    for value in (enormous, -enormous, long, [long], {long: 1}, (1, 2)):
        assert len(shown(value)) <= 62
    lines = told(changed((UNITS, enormous), (("layers", 0, long), 1), ((long,), 1), (("layers", 1, "type"), long)))
    assert len(lines) == 4
    assert all(len(line) < 500 for line in lines)


def test_suggestions():
    assert suggestion("unit", ["units", "rate"]) == "; did you mean 'units'?"
    assert suggestion("zzz", ["units", "rate"]) == "; expected one of units, rate"
    assert suggestion("zzz", []) == ""


def test_a_misspelled_generator_is_reported_along_with_its_settings():
    lines = told(changed((("data",), {"source": "spirl", "turns": 2.0})), base=Path("/"))
    assert [line.partition(":")[0] for line in lines] == ["data.turns", "data.source"]
    assert "did you mean 'spiral'?" in lines[1]
