"""Where processes cannot work together, a warning says so and the training continues in one process."""

import errno
import os
from multiprocessing.context import BaseContext

import pytest

from nntui.modelfile.document import read_document
from nntui.runs.events import Step, Warning
from nntui.training.parallel.worker_pool import why_alone
from nntui.worker.process import Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, trainer_of, weights_of

MISSING, READ_ONLY = errno.ENOENT, errno.EROFS


@pytest.fixture(params=[MISSING, READ_ONLY], ids=["missing", "read-only"])
def reason(request, monkeypatch) -> str:
    """Makes semaphores fail as they do without a writable /dev/shm; what the system says."""
    words = os.strerror(request.param)

    def fail(context, value):
        raise OSError(request.param, words)

    monkeypatch.setattr(BaseContext, "Semaphore", fail)
    return words


@pytest.fixture
def together(new_run):
    """A run whose two workers could work together."""
    run = new_run(draft(**{"training.workers": 2}))
    Worker(run).run()
    return run


def test_the_result_is_that_of_the_workers_asked_for(together, new_run, reason, capsys):
    run = new_run(draft(**{"training.workers": 2}))
    assert Worker(run).run().reason == "finished"
    (warning,) = [event for event in events_of(run) if isinstance(event, Warning)]
    assert warning.message == (
        f"2 workers cannot share a batch here ({reason}; is /dev/shm writable?): one process does the work of all, "
        "with the same result"
    )
    assert (warning.step, warning.epoch) == (0, 0)
    assert capsys.readouterr().err == f"nntui: {warning.message}\n"
    assert read_document(run.model_path)["training"]["workers"] == 2
    assert_equal_tensors(weights_of(run), weights_of(together))


def test_a_run_goes_on_where_the_workers_it_began_with_cannot(together, new_run, monkeypatch):
    run = new_run(draft(**{"training.workers": 2}))
    worker = Worker(run, listener=lambda event: isinstance(event, Step) and event.step == 12 and worker.stop())
    assert worker.run().reason == "stopped"
    monkeypatch.setattr(BaseContext, "Semaphore", lambda context, value: os.open("/no/such/file", os.O_RDONLY))
    assert Worker(run).run().reason == "finished"
    assert any(isinstance(event, Warning) and event.step == 12 for event in events_of(run))
    assert_equal_tensors(weights_of(run), weights_of(together))


def test_no_more_than_one_is_tried_and_that_is_written_down(new_run, reason, monkeypatch, capsys):
    assert why_alone() == reason
    # On one core there is nothing to try, and nothing to say.
    monkeypatch.setattr("nntui.training.parallel.worker_count.usable_cores", lambda: 4)
    monkeypatch.setattr("nntui.worker.process.usable_cores", lambda: 4)
    wide = [{"type": "dense", "units": 512}, {"type": "dense", "units": 512}, {"type": "dense"}]
    run = new_run(draft(layers=wide, **{"training.batch_size": 72, "training.epochs": 1}))
    assert "workers" not in read_document(run.model_path)["training"]
    assert Worker(run).run().reason == "finished"
    assert read_document(run.model_path)["training"]["workers"] == 1
    (warning,) = [event for event in events_of(run) if isinstance(event, Warning)]
    assert warning.message == f"workers cannot share a batch here ({reason}; is /dev/shm writable?): one trains alone"
    assert warning.message in capsys.readouterr().err


def test_the_loop_alone_says_it_too(reason):
    events = list(trainer_of(draft(**{"training.workers": 3})).events())
    assert isinstance(events[0], Warning)
    assert reason in events[0].message
    assert not any(isinstance(event, Warning) for event in trainer_of(draft()).events())


def test_where_nothing_is_in_the_way_nothing_is_said(together):
    assert why_alone() == ""
    assert not any(isinstance(event, Warning) for event in events_of(together))
