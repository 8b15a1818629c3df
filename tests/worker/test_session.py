"""The asyncio session: driving a worker, and two viewers on one run."""

import asyncio
from pathlib import Path

import pytest

from nntui.modelfile.problems import SpecError
from nntui.runs.directory import RunsError
from nntui.runs.events import EpochEnded, HyperparameterChanged, Paused, Resumed, RunEnded, Step, Warning
from nntui.worker.process import Worker
from nntui.worker.session import Session
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of

LONG = draft(**{"training.epochs": 400})


async def test_every_command_is_answered_by_an_event(tmp_path):
    async with Session.start(LONG, base=Path(), root=tmp_path) as session:
        paused = await session.pause()
        assert isinstance(paused, Paused)
        stepped = await session.step()
        assert (type(stepped), stepped.step) == (Paused, paused.step + 1)
        rate, rest = await session.change({"learning_rate": 0.001, "dropout_1.rate": 0.3})
        assert (type(rate), rate.new) == (HyperparameterChanged, 0.001)
        assert (rest.setting, rest.old, rest.new, rest.step) == ("dropout_1.rate", 0.2, 0.3, rate.step)
        refused, taken = await session.change({"weight_decay": 0.1, "learning_rate": -1.0})
        assert (type(refused), taken.setting) == (Warning, "weight_decay")
        after = await session.epoch()
        assert after.step % 8 == 0
        assert isinstance(await session.resume_training(), Resumed)
        ended = await session.stop()
        assert isinstance(ended, RunEnded)
        heard = [event async for event in session.events()]
    assert heard == events_of(session.run)
    assert ended in heard


async def test_two_viewers_see_one_run(tmp_path):
    async with Session.start(draft(), base=Path(), root=tmp_path) as first, Session.attach(first.run) as second:

        async def watch(session):
            return [event async for event in session.events()]

        ours, theirs = await asyncio.gather(watch(first), watch(second))
    assert ours == theirs
    assert ours[-1].reason == "finished"
    assert sum(isinstance(event, EpochEnded) for event in ours) == 4


async def test_a_session_of_a_stopped_run_goes_on_to_the_same_end(tmp_path):
    async with Session.start(LONG, base=Path(), root=tmp_path) as session:
        ended = await session.stop()
        assert ended.reason == "stopped"
    async with Session.resume(session.run) as again:
        events = [event async for event in again.events()]
    assert events[-1].reason == "finished"
    async with Session.start(LONG, base=Path(), root=tmp_path) as whole:
        steps = [event.step async for event in whole.events() if isinstance(event, Step)]
    assert steps[-1] == 3200
    assert_equal_tensors(weights_of(again.run), weights_of(whole.run))


async def test_the_detached_worker_and_this_process_train_the_same(tmp_path, new_run):
    here = new_run()
    Worker(here).run()
    async with Session.start(draft(), base=Path(), root=tmp_path) as session:
        async for _ in session.events():
            pass
    assert_equal_tensors(weights_of(session.run), weights_of(here))


async def test_leaving_the_block_leaves_the_training_running(tmp_path):
    async with Session.start(LONG, base=Path(), root=tmp_path) as session:
        await session.pause()
    async with Session.attach(session.run) as later:
        assert isinstance(await later.resume_training(), Resumed)
        assert isinstance(await later.stop(), RunEnded)


async def test_asking_a_run_that_is_over_says_that_it_is(new_run):
    run = new_run()
    Worker(run).run()
    async with Session.attach(run) as session:
        with pytest.raises(RunsError, match=r"is not being trained: it is finished$"):
            await session.pause()


async def test_a_draft_with_problems_starts_nothing(tmp_path):
    with pytest.raises(SpecError, match=r"layers\[0\].units: must be at least 1"):
        Session.start(draft(layers=[{"type": "dense", "units": 0}]), base=Path(), root=tmp_path)
    assert list(tmp_path.iterdir()) == []
