"""Whether two runs left the same: every file, but for times and process ids."""

import csv
import dataclasses

from nntui.modelfile.document import read_document
from nntui.runs.checkpoints import load as load_checkpoint
from nntui.runs.directory import RunDirectory
from nntui.runs.events import CheckpointSaved, EpochEnded, Event, LayerStats, RunEnded, RunStarted, Step
from tests.small_runs import assert_equal_tensors, events_of

_TIMES = ("seconds", "samples_per_second", "time")


def assert_same_run(ours: RunDirectory, theirs: RunDirectory) -> None:
    """Compares models, logs, metrics.csv and every checkpoint; `ours` may have been stopped or killed on its way."""
    assert events_that_count(ours) == events_that_count(theirs)
    assert rows_of(ours) == rows_of(theirs)
    assert_same_checkpoints(ours, theirs)
    assert read_document(ours.model_path) == read_document(theirs.model_path)
    names = {path.name for path in theirs.path.iterdir()} | {"commands.jsonl", "worker.log"}
    assert {path.name for path in ours.path.iterdir()} <= names


def assert_same_checkpoints(ours: RunDirectory, theirs: RunDirectory) -> None:
    files = {path.name: path for path in theirs.checkpoints_path.iterdir()}
    assert {path.name for path in ours.checkpoints_path.iterdir()} == set(files)
    for name, path in files.items():
        tensors, metadata = load_checkpoint(ours.checkpoints_path / name)
        expected, expected_metadata = load_checkpoint(path)
        assert_equal_tensors(tensors, expected)
        assert _timeless(metadata) == _timeless(expected_metadata), name


def events_that_count(run: RunDirectory) -> dict[tuple[str, int], Event]:
    """The steps, statistics, epochs, checkpoints and the end, by name and step; what was trained again counts once."""
    found: dict[tuple[str, int], Event] = {}
    for event in events_of(run):
        if isinstance(event, RunStarted):
            found = {key: kept for key, kept in found.items() if kept.step <= event.from_step}
        elif isinstance(event, (Step, LayerStats, EpochEnded, CheckpointSaved)):
            changes = {name: 0.0 for name in _TIMES if hasattr(event, name)}
            found[event.name, event.step] = dataclasses.replace(event, **changes)
    last = events_of(run)[-1]
    assert isinstance(last, RunEnded)
    return found | {("run_ended", last.step): dataclasses.replace(last, time=0.0)}


def rows_of(run: RunDirectory) -> list[dict[str, str]]:
    """The rows of metrics.csv without times."""
    rows = csv.DictReader(run.metrics_path.read_text().splitlines())
    return [{name: cell for name, cell in row.items() if name not in _TIMES} for row in rows]


def _timeless(metadata: dict) -> dict:
    return {**metadata, "progress": {**metadata["progress"], "seconds": 0.0}}
