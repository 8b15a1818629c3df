"""A run writes only into its own directory, whatever links it contains."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nntui.modelfile.document import read_document, write_document
from nntui.modelfile.problems import SpecError
from nntui.runs.checkpoints import CheckpointError, CheckpointStore
from nntui.runs.commands import send
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.event_log import EventLog, EventReader
from nntui.runs.events import Command
from nntui.runs.files import open_appending, open_regular
from nntui.runs.live import LiveReader
from nntui.runs.lock import WorkerLock
from nntui.runs.metrics_csv import MetricsCsv
from nntui.training.trained_model import checkpoint_path
from nntui.worker.launch import create_run, start_worker
from nntui.worker.process import Worker

FILES = ("lock", "model.toml", "events.jsonl", "commands.jsonl", "metrics.csv", "live.safetensors", "worker.log")
DRAFT = {"data": {"source": "iris"}, "layers": [{"type": "dense"}], "training": {"epochs": 1}}
NO_FILE, NO_FOLDER = "expected a file, got a symbolic link", "expected a folder, got a symbolic link"


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    return create_run(DRAFT, base=tmp_path, root=tmp_path / "runs")


def link(path: Path) -> Path:
    """A file of somebody else, to which `path` leads."""
    precious = path.parents[2] / "precious"
    precious.write_text("first line\nno line break at the end")
    path.unlink(missing_ok=True)
    path.symlink_to(precious)
    return precious


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "start", [lambda run: Worker(run).run(), start_worker, lambda run: send(run, Command("pause"))]
)
def test_no_worker_starts_and_no_command_is_sent_where_a_file_is_a_link(run, name, start):
    precious = link(run.path / name)
    before = precious.read_bytes(), precious.stat().st_mtime_ns, {path.name for path in run.path.iterdir()}
    with pytest.raises(RunsError, match=NO_FILE):
        start(run)
    assert (precious.read_bytes(), precious.stat().st_mtime_ns, {path.name for path in run.path.iterdir()}) == before


@pytest.mark.parametrize(
    "write",
    [
        open_appending,
        EventLog,
        MetricsCsv,
        lambda path: WorkerLock(path).acquire(),
        lambda path: write_document(DRAFT, path, private=True),
        lambda path: read_document(path, follow=False),
        open_regular,
        lambda path: EventReader(path).read(),
        lambda path: LiveReader(path).read(),
    ],
)
@pytest.mark.parametrize("dangling", [False, True])
def test_no_file_is_opened_through_a_link(run, write, dangling):
    precious = link(run.path / "x")
    before = precious.read_bytes()
    if dangling:
        precious.unlink()
    with pytest.raises((RunsError, SpecError, OSError), match=f"{NO_FILE}|Too many levels of symbolic links"):
        write(run.path / "x")
    assert not precious.exists() if dangling else precious.read_bytes() == before


def test_checkpoints_are_not_written_to_or_read_from_another_folder(run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    run.checkpoints_path.rename(elsewhere)
    run.checkpoints_path.symlink_to(elsewhere)
    store = CheckpointStore(run.checkpoints_path)
    for use in (
        lambda: store.save_epoch(1, {}, {}, best=True),
        lambda: store.save_last({}, {}),
        lambda: store.drop_after(0),
        lambda: checkpoint_path(run, "best"),
    ):
        with pytest.raises(CheckpointError, match=NO_FOLDER):
            use()
    with pytest.raises(RunsError, match=NO_FOLDER):
        Worker(run).run()
    assert list(elsewhere.iterdir()) == []


def test_a_run_behind_a_link_is_trained_by_its_own_path_only(run, tmp_path):
    other = tmp_path / "runs" / "link"
    other.symlink_to(run.path)
    with pytest.raises(RunsError, match=f"{NO_FOLDER}; name the run by its own path"):
        Worker(RunDirectory(other)).run()
    (tmp_path / "root").symlink_to(tmp_path / "runs")
    assert Worker(RunDirectory(tmp_path / "root" / run.id)).run().reason == "finished"


def test_all_of_a_run_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        run = create_run(DRAFT, base=tmp_path, root=tmp_path / "runs")
        assert start_worker(run).wait() == 0
    finally:
        os.umask(before)
    paths = [run.path, *run.path.rglob("*")]
    assert {"worker.log", "model.toml", "lock", "events.jsonl", "metrics.csv"} <= {path.name for path in paths}
    modes = {path.name: stat.filemode(path.lstat().st_mode) for path in paths}
    assert set(modes.values()) == {"drwx------", "-rw-------"}, modes
