from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.directory import RunDirectory, RunsError, find_run, list_runs, runs_root

NOON = datetime(2025, 1, 31, 12, 5, 9)


def make(root: Path, name: str, content: str = "events.jsonl") -> RunDirectory:
    (root / name).mkdir(parents=True)
    (root / name / content).touch()
    return RunDirectory(root / name)


def test_a_new_run_is_private_and_named_after_its_model_and_time(tmp_path):
    run = RunDirectory.create(tmp_path / "a" / "runs", "Ziffern & Größe 2.0!", now=NOON)
    assert run.id == "ziffern-groe-2-0-20250131-120509"
    assert stat.S_IMODE(run.path.stat().st_mode) == 0o700
    assert run.checkpoints_path.is_dir()
    assert [path.name for path in run.path.iterdir()] == ["checkpoints"]


def test_two_runs_of_one_second_have_two_names(tmp_path):
    ids = [RunDirectory.create(tmp_path, "xor", now=NOON).id for _ in range(3)]
    assert ids == ["xor-20250131-120509", "xor-20250131-120509-2", "xor-20250131-120509-3"]


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_name_makes_a_safe_directory_name(name):
    import tempfile

    with tempfile.TemporaryDirectory() as root:
        run = RunDirectory.create(Path(root), name, now=NOON)
        assert run.path.parent == Path(root)
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", run.id)


def test_a_root_that_is_a_file_is_refused_in_one_line(tmp_path):
    root = tmp_path / "runs"
    root.write_text("")
    with pytest.raises(RunsError, match=r"cannot create a run in .*: choose another with --runs-dir"):
        RunDirectory.create(root, "xor", now=NOON)
    with pytest.raises(RunsError, match="Not a directory"):
        list_runs(root)


def test_the_root_is_the_option_then_the_environment_then_runs(monkeypatch):
    monkeypatch.setenv("NNTUI_RUNS", "/from/environment")
    assert runs_root(Path("/option")) == Path("/option")
    assert runs_root(None) == Path("/from/environment")
    monkeypatch.setenv("NNTUI_RUNS", "")
    assert runs_root(None) == Path("runs")
    monkeypatch.setenv("HOME", "/home/ada")
    assert runs_root(Path("~/runs")) == Path("/home/ada/runs")


def test_runs_come_newest_first_and_other_things_not_at_all(tmp_path):
    assert list_runs(tmp_path / "missing") == []
    old = make(tmp_path, "b-20250101-000000")
    new = make(tmp_path, "a-20250301-000000", "model.toml")
    second = make(tmp_path, "a-20250301-000000-10")
    renamed = make(tmp_path, "my favourite")
    os.utime(renamed.path, (1, 1))
    odd = make(tmp_path, "a-99999999-999999")
    os.utime(odd.path, (0, 0))
    make(tmp_path, ".hidden-20250101-000000")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "events-is-a-directory" / "events.jsonl").mkdir(parents=True)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert list_runs(tmp_path) == [second, new, old, renamed, odd]


def test_a_run_is_found_by_id_prefix_path_or_latest(tmp_path, monkeypatch):
    old = make(tmp_path, "digits-20250101-000000")
    new = make(tmp_path, "iris-20250301-000000")
    twin = make(tmp_path, "iris-20250301-000000-2")
    assert find_run(tmp_path, "dig") == old
    assert find_run(tmp_path, "iris-20250301-000000") == new
    assert find_run(tmp_path, "latest") == twin
    monkeypatch.chdir(tmp_path)
    assert find_run(Path("elsewhere"), "./digits-20250101-000000") == old
    monkeypatch.chdir(old.path)
    assert find_run(tmp_path, ".") == old


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("iris", "'iris' could be 2 runs (iris-20250"),
        ("digit-2025", "the nearest: digits-20250101-000000"),
        ("zzz", "no run 'zzz' in "),
        ("", "no run '' in "),
        ("a\0b", "no run"),
        ("/no/where", "is not a run directory"),
        ("../..", "is not a run directory"),
        ("x/\0", "is not a run directory"),
    ],
)
def test_a_reference_that_fits_no_run_or_several_is_explained(tmp_path, reference, message):
    for name in ("digits-20250101-000000", "iris-20250301-000000", "iris-20250302-000000"):
        make(tmp_path, name)
    with pytest.raises(RunsError) as caught:
        find_run(tmp_path, reference)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_runs_at_all_says_how_to_make_one(tmp_path):
    with pytest.raises(RunsError, match="nntui train MODEL"):
        find_run(tmp_path, "latest")
    with pytest.raises(RunsError, match="there are no runs in"):
        find_run(tmp_path, "abc")


@pytest.mark.parametrize(
    "module", ["directory", "files", "status", "summary", "event_log", "lock", "commands", "metrics_csv", "disk_usage"]
)
def test_looking_at_runs_imports_no_numpy(module):
    code = f"import sys, nntui.runs.{module}; sys.exit(str({{'numpy', 'textual', 'pydantic'}} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stderr == "set()\n"
