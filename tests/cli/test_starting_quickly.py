import json
import subprocess
import sys

import pytest

import nntui
from nntui.cli.lazy import COMMANDS

HEAVY = ("numpy", "textual", "pydantic", "tomlkit", "asyncio")


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules a command line brings in."""
    program = (
        "import json, sys; from nntui.__main__ import main; sys.argv[1:] = json.loads(sys.argv[1])\n"
        "code = main(); print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(arguments)], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def test_version_is_said_without_anything_imported():
    modules = imported_by("--version")
    assert not modules & {*HEAVY, "click", "rich"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["runs"], ["runs", "--json"], ["models"], ["train", "--help"], ["guide", "ssh"]]
)
def test_neither_numpy_nor_textual_is_imported_for_what_needs_neither(root, arguments):
    assert not imported_by(*arguments) & set(HEAVY)


def test_steering_a_run_does_not_import_numpy(root):
    assert not imported_by("pause") & {"numpy", "textual"}


def test_training_does_not_import_textual(root):
    assert "textual" not in imported_by("train", "iris", "--set", "training.epochs=1")


def test_version(call):
    answer = call("--version")
    assert (answer.code, answer.out, answer.err) == (0, f"nntui {nntui.__version__}\n", "")


def test_help_names_every_command(ask):
    answer = ask("--help")
    assert answer.code == 0
    assert all(f"  {name} " in answer.out and line in answer.out for name, (_, line) in COMMANDS.items())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(ask, command):
    answer = ask(command, "--help")
    assert answer.code == 0
    assert answer.err == ""
    assert f"nntui {command}" in answer.out.partition("\n")[2]


def test_nothing_on_the_command_line_is_longer_than_a_terminal(ask):
    for command in COMMANDS:
        assert max(map(len, ask(command, "--help").out.splitlines())) <= 80
