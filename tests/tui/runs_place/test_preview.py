import shutil
from pathlib import Path

import pytest

from nntui.runs.directory import RunDirectory
from nntui.runs.follow.follower import Follower
from nntui.runs.lock import WorkerLock
from nntui.tui.places.runs.facts import fact_lines
from nntui.tui.places.runs.listing import Listing
from nntui.tui.widgets.line_diffed import LineDiffed
from tests.tui.runs_place.staging import listed, previewed, saved, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import BEGAN, STEPS, append, drawn, ended, epoch, step, trained, until

LARGE = (160, 50)
DIVERGED = "the loss is not finite since step 41; halve the learning rate, or set training.clip_norm"


@pytest.fixture
def runs(tmp_path):
    """A finished run, the newest; a diverged one; and one that could go on."""
    return [
        saved(tmp_path, "third-20250103-000000", *trained(3), ended("finished", "trained 3 epochs")),
        saved(tmp_path, "second-20250102-000000", *trained(2), ended("diverged", DIVERGED), learning_rate=30.0),
        saved(tmp_path, "first-20250101-000000", *trained(1)),
    ]


@pytest.fixture
def opened(monkeypatch):
    """The names of the runs whose logs were opened for a preview."""
    names = []
    start = Follower.start

    def noting(follower):
        names.append(follower.run.id)
        start(follower)

    monkeypatch.setattr(Follower, "start", noting)
    return names


def words(app) -> str:
    return screen_text(app)


def facts(lines) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_only_the_settings_that_differ_are_told(tmp_path, runs):
    third, second, first = Listing(tmp_path).scan(BEGAN)
    assert "learning_rate 0.01 -> 30" in facts(fact_lines(second, third, None))
    assert "differs from the row above: nothing" in facts(fact_lines(third, first, None))
    assert "differs from the row above: none is above" in facts(fact_lines(third, None, None))


def test_a_run_without_a_model_file_says_so(tmp_path, runs):
    runs[0].model_path.unlink()
    assert "settings: model.toml cannot be read" in facts(fact_lines(Listing(tmp_path).scan(BEGAN)[0], None, None))


async def test_it_follows_the_cursor_and_reads_each_run_once(tmp_path, runs, opened, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = stage(tmp_path)
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 3)
        await previewed(pilot, app, runs[0])
        assert "trained 3 epochs" in words(app)
        await pilot.press("j")
        await previewed(pilot, app, runs[1])
        assert "learning_rate 0.01 -> 30" in words(app)
        await pilot.press("k")
        await previewed(pilot, app, runs[0])
        assert opened == [runs[0].id, runs[1].id]
        assert app.place.preview.follower is None


@pytest.mark.parametrize(("state", "keys"), [("finished", ()), ("diverged", ("j",))])
async def test_what_it_looks_like(tmp_path, runs, state, keys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = stage(Path())
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 3)
        await pilot.press(*keys)
        await previewed(pilot, app, RunDirectory(Path(runs[len(keys)].id)))
        assert_snapshot(app, f"runs-{state}-160x50")


async def test_a_run_that_goes_on_is_drawn_again_when_its_log_grows(tmp_path, runs, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = stage(Path())
    with WorkerLock(runs[2].lock_path) as lock:
        assert lock.acquire()
        async with app.run_test(size=LARGE) as pilot:
            await listed(pilot, app, 3)
            await pilot.press("G")
            await previewed(pilot, app, RunDirectory(Path(runs[2].id)))
            await until(pilot, lambda: "● running" in words(app) and f"step {STEPS}" in words(app))
            assert_snapshot(app, "runs-live-160x50")
            append(runs[2], *[step(number) for number in range(STEPS + 1, 2 * STEPS + 1)], epoch(2))
            await until(pilot, lambda: f"step {2 * STEPS}" in words(app))
            append(runs[2], ended("stopped", "stopped on request", at=2 * STEPS))
            await until(pilot, lambda: "■ stopped" in words(app) and app.place.preview.follower is None)


async def test_a_cursor_that_moves_on_ends_the_reading_and_runs_passed_by_are_not_opened(tmp_path, opened):
    for number in range(30):
        saved(tmp_path, f"run-{number:02}-20250101-0000{number:02}", *trained(1), ended("finished", "done"))
    app = stage(tmp_path)
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 30)
        for _ in range(29):
            app.place.table.action_step(1)
        await until(pilot, lambda: app.place.preview.shown == app.place.table.chosen.run)
        assert "run-00" in app.place.table.chosen.run.id
        assert opened == [app.place.table.chosen.run.id]


async def test_out_of_sight_nothing_is_read(tmp_path, runs):
    app = stage(tmp_path)
    with WorkerLock(runs[0].lock_path) as lock:
        assert lock.acquire()
        append(runs[0], *trained(1))
        async with app.run_test(size=LARGE) as pilot:
            await listed(pilot, app, 3)
            await until(pilot, lambda: app.place.preview.follower is not None)
            app.place.display = False
            await until(pilot, lambda: app.place.preview.follower is None)
            app.place.display = True
            await until(pilot, lambda: app.place.preview.follower is not None)


async def test_the_size_of_the_terminal_decides(tmp_path, runs, opened):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("j")
        assert "settings" not in words(app)
        assert opened == []
        await pilot.resize_terminal(*LARGE)
        await previewed(pilot, app, runs[1])
        assert "learning_rate 0.01 -> 30" in words(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "settings" not in words(app)
        assert app.place.table.chosen.run == runs[1]


async def test_without_a_run_there_is_no_preview(tmp_path, runs, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = stage(Path())
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("slash", *"nothing")
        await until(pilot, lambda: app.place.preview.shown is None)
        await drawn(pilot)
        assert "settings" not in words(app)
        for run in runs:
            shutil.rmtree(run.path)
        await until(pilot, lambda: "No runs in" in words(app))
        assert_snapshot(app, "runs-empty-160x50")


async def test_nothing_is_drawn_while_nothing_changes(tmp_path, runs, monkeypatch):
    app = stage(tmp_path)
    async with app.run_test(size=LARGE) as pilot:
        await listed(pilot, app, 3)
        await previewed(pilot, app, runs[0])
        sent = []
        original = LineDiffed._send
        monkeypatch.setattr(LineDiffed, "_send", lambda widget, new: sent.append(original(widget, new)) or sent[-1])
        for _ in range(3):
            await app.place._scan()
            await pilot.pause()
        assert True not in sent
