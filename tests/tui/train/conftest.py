"""Runs to look at."""

import pytest

from nntui.runs.lock import WorkerLock
from tests.tui.train.staging import ended, trained, write_run


@pytest.fixture
def finished(tmp_path):
    return write_run(tmp_path / "small-20250131-140509", *trained(3), ended("finished", "trained 3 epochs"))


@pytest.fixture
def running(tmp_path):
    """A run that a worker seems to train: its lock is held."""
    run = write_run(tmp_path / "small-20250131-140509", *trained(1))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        yield run
