import os
from pathlib import Path

import pytest

from nntui.runs.commands import CommandReader
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Command, Paused
from nntui.runs.lock import WorkerLock
from nntui.runs.status import Status, status_of
from nntui.worker.launch import create_run, start_worker
from tests.tui.runs_place.staging import MODEL, listed, previewed, saved, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import STEPS, append, ended, trained, until


@pytest.fixture
def three(tmp_path):
    """A crashed run, the newest; a stopped one; a finished one."""
    return [
        saved(tmp_path, "third-20250103-000000", *trained(3)),
        saved(tmp_path, "second-20250102-000000", *trained(3), ended("stopped", "stopped on request")),
        saved(tmp_path, "first-20250101-000000", *trained(3), ended("finished", "trained 3 epochs")),
    ]


def keys(app) -> str:
    return screen_text(app).splitlines()[-1]


async def test_an_empty_root_says_what_to_press(tmp_path):
    app = stage(tmp_path / "runs")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "No runs in" in screen_text(app))
        assert "1 Build, then r trains one" in screen_text(app)
        await pilot.press("enter", "D", "R", "j")
        assert app.attached == []


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_table(tmp_path, three, size, monkeypatch):
    """Three runs, the cursor on the newest: state, model, data, epochs, best, loss, age, size."""
    (tmp_path.parent / "place").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path.parent / "place")
    Path("saved").unlink(missing_ok=True)
    Path("saved").symlink_to(tmp_path)
    app = stage(Path("saved"))
    async with app.run_test(size=size) as pilot:
        await listed(pilot, app, 3)
        if size[0] == 160:
            await previewed(pilot, app, RunDirectory(Path("saved") / three[0].id))
        assert_snapshot(app, f"runs-{size[0]}x{size[1]}")


async def test_moving_and_attaching(tmp_path, three):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("enter")
        await pilot.press("j", "enter", "down", "enter", "k", "enter", "up", "up", "enter")
        await pilot.press("pagedown", "enter", "home", "enter", "G", "enter")
        assert [run.id for run in app.attached] == [three[place].id for place in (0, 1, 2, 1, 0, 2, 0, 2)]
        assert "3 of 3" in screen_text(app)
        assert three[2].id in screen_text(app)


async def test_the_cursor_stays_on_its_run_when_another_comes(tmp_path, three):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("j")
        saved(tmp_path, "fourth-20250104-000000", *trained(1))
        await listed(pilot, app, 4)
        assert app.place.table.chosen.run == three[1]
        await until(pilot, lambda: "3 of 4" in screen_text(app))


async def test_two_hundred_runs_scroll_with_the_cursor(tmp_path):
    for number in range(200):
        (tmp_path / f"run-{number:03}").mkdir()
        (tmp_path / f"run-{number:03}" / "model.toml").write_text(MODEL.format(f"model-{number}", 0.01))
        os.utime(tmp_path / f"run-{number:03}", (number, number))
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 200)
        await pilot.press(*["j"] * 30)
        assert "31 of 200" in screen_text(app)
        assert any(line.startswith("│› ") and "model-169" in line for line in screen_text(app).splitlines())
        await pilot.press("end")
        assert any(line.startswith("│› ") and "model-0" in line for line in screen_text(app).splitlines())


async def test_delete_asks_and_names_the_run(tmp_path, three):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("j", "D")
        await until(pilot, lambda: f"Delete {three[1].id}?" in screen_text(app))
        assert "kB: its log, metrics and checkpoints" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert three[1].exists()
        await pilot.press("D")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("enter")
        await listed(pilot, app, 2)
        assert not three[1].path.exists()
        assert app.place.table.chosen.run == three[2]


async def test_a_run_that_runs_is_not_deleted(tmp_path, three):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        with WorkerLock(three[0].lock_path) as lock:
            assert lock.acquire()
            await until(pilot, lambda: app.place.table.rows and app.place.table.chosen.summary.status is Status.RUNNING)
            assert "Resume" not in keys(app)
            await pilot.press("D")
            await until(pilot, lambda: len(app._notifications) > 0)
            assert "stop it first" in next(iter(app._notifications)).message
            assert len(app.screen_stack) == 1
    assert three[0].exists()


async def test_resume_sends_a_paused_run_its_command(tmp_path, three):
    append(three[0], Paused(step=3 * STEPS, epoch=3))
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        with WorkerLock(three[0].lock_path) as lock:
            assert lock.acquire()
            await until(pilot, lambda: app.place.table.rows and app.place.table.chosen.summary.status is Status.PAUSED)
            assert "R Resume" in keys(app)
            await pilot.press("R")
            await until(pilot, lambda: three[0].commands_path.exists())
            assert CommandReader(three[0].commands_path).read() == [Command("resume")]


async def test_resume_starts_a_worker_for_a_run_that_crashed(tmp_path):
    draft = {
        "name": "again",
        "data": {"source": "moons", "samples": 60},
        "layers": [{"type": "dense"}],
        "training": {"epochs": 3},
    }
    run = create_run(draft, base=tmp_path, root=tmp_path)
    worker = start_worker(run)
    worker.kill()
    worker.wait()
    run.lock_path.touch()
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.place.table.rows and app.place.table.chosen.summary.status is Status.CRASHED)
        await pilot.press("R")
        await until(pilot, lambda: status_of(run) is Status.FINISHED)
        await until(pilot, lambda: "✓ finished" in screen_text(app))
        assert "3/3" in screen_text(app)


async def test_filter(tmp_path, three):
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 3)
        await pilot.press("slash", *"sec")
        await listed(pilot, app, 1)
        await pilot.press("enter", "enter")
        assert [run.id for run in app.attached] == [three[1].id]
        assert "runs with “sec”" in screen_text(app)
        await pilot.press("slash", *"nothing")
        await until(pilot, lambda: "No run has" in screen_text(app))
        await pilot.press("escape")
        await listed(pilot, app, 3)
        assert app.focused is app.place.table
        assert "Show all" not in keys(app)


async def test_damaged_directories_show_as_such(tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "events.jsonl").write_bytes(os.urandom(2000))
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 1)
        assert "damaged" in screen_text(app)


async def test_a_root_that_cannot_be_read_is_said_in_a_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    app = stage(Path("file"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Not a directory" in screen_text(app))
