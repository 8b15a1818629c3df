"""The app and the command line show the same run and the same model in the same words."""

import sys
from pathlib import Path

import pytest

from nntui.cli.main import run as run_command_line
from nntui.tui.places.runs.place import RunsPlace
from tests.tui.builder.stage import stage as build_stage
from tests.tui.runs_place.staging import listed, saved
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import Stage, drawn, ended, trained

LARGE = (160, 50)


@pytest.fixture
def printed(capsys, monkeypatch):
    """What a command writes on a terminal of 160 columns."""
    monkeypatch.setenv("COLUMNS", "160")

    def printed(*arguments: str) -> str:
        capsys.readouterr()
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        assert run_command_line(arguments, run_app=lambda: 0) == 0
        return capsys.readouterr().out

    return printed


async def test_a_run_has_the_same_best_age_size_and_curve_in_both(tmp_path: Path, printed):
    root = tmp_path / "runs"
    run = saved(root, "first-20250101-000000", *trained(3), ended("finished", "done"))
    run.path.joinpath("checkpoint").write_bytes(bytes(1_234_567))
    *_, line = printed("runs", "--runs-dir", str(root)).splitlines()
    best, curve, age, *size = line.split()[-5:]
    app = Stage(RunsPlace(), runs_root=root)
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 1)
        await drawn(pilot)
        (row,) = [text for text in screen_text(app).splitlines() if "✓ finished  first" in text]
    assert size == ["1.2", "MB"]
    assert f"val_loss {best} {curve} {age} {' '.join(size)} {run.id}" in " ".join(row.split())


async def test_a_model_has_the_same_parameters_and_memory_in_both(tmp_path: Path, printed):
    async with build_stage(tmp_path, size=LARGE) as shown:
        screen = screen_text(shown.app)
    lines = [line.split(maxsplit=1) for line in printed("show", str(tmp_path / "model.toml")).splitlines()]
    facts = {words[0]: words[1].rstrip() for words in lines if len(words) == 2}
    memory = facts["memory"].removesuffix(" for a training step")
    assert f"one step {memory}, " in screen
    (totals,) = [line.partition("all layers")[2] for line in screen.splitlines() if "all layers" in line]
    assert totals.split()[:2] == [facts["parameters"], facts["FLOPs"].split()[0]]
