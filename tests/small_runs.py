"""Small models that train in a moment, and what reads their runs back."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.runs.checkpoints import load as load_checkpoint
from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventReader
from nntui.runs.events import Event, from_record
from nntui.training.loop import Trainer
from nntui.worker.launch import create_run

DRAFT = {
    "name": "small",
    "data": {"source": "moons", "samples": 90, "noise": 0.1, "validation": 0.2},
    "layers": [
        {"type": "dense", "units": 8, "activation": "tanh"},
        {"type": "dropout", "rate": 0.2},
        {"type": "dense"},
    ],
    "training": {
        "epochs": 4,
        "batch_size": 10,
        "optimizer": {"type": "adam", "learning_rate": 0.02},
    },
}


def draft(**changes):
    """The small model with keys changed by path: draft(**{"training.epochs": 2})."""
    changed = copy.deepcopy(DRAFT)
    for path, value in changes.items():
        *folders, key = path.split(".")
        place = changed
        for folder in folders:
            place = place.setdefault(folder, {})
        place[key] = value
    return changed


class Ticks:
    """A clock that moves a second each time it is read."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


def trainer_of(model) -> Trainer:
    spec = validate(model, base=Path()).ready()
    return Trainer(spec, load(spec.data, base=Path(), seed=spec.training.seed), clock=Ticks())


def events_of(run: RunDirectory) -> list[Event]:
    return [event for event in map(from_record, EventReader(run.events_path).read()) if event is not None]


def weights_of(run: RunDirectory) -> dict[str, np.ndarray]:
    """The last checkpoint's tensors, optimizer state and all."""
    return load_checkpoint(run.checkpoints_path / "last.safetensors")[0]


def assert_equal_tensors(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        np.testing.assert_array_equal(tensor, theirs[name], err_msg=name)


@pytest.fixture
def new_run(tmp_path):
    """Makes a run of a draft under a folder of the test's own."""

    def make(model=None, *, base: Path = Path()) -> RunDirectory:
        return create_run(model or draft(), base=base, root=tmp_path / "runs")

    return make
