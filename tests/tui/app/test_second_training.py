"""Starting a training while another one is running."""

import copy
from pathlib import Path

import pytest

from nntui.runs.status import Status, status_of
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.change import ChangeDialog
from nntui.tui.dialogs.running import RunningDialog
from nntui.worker.launch import create_run, start_worker
from nntui.worker.process import Worker
from nntui.worker.running import stop_runs
from tests.tui.app.test_app import running_run
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import append, ended, until
from tests.tui.train.test_live_worker import DRAFT


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the drafts that were started, none of which is."""
    names: list[str] = []

    async def start(app: NntuiApp, draft: dict, base: Path) -> None:
        names.append(draft["name"])

    monkeypatch.setattr(NntuiApp, "_start", start)
    return names


async def asked(shown: Stage) -> None:
    """Presses r beside a run that is running, and waits for the question."""
    await shown.press("escape", "r")
    await until(shown.pilot, lambda: isinstance(shown.app.screen, RunningDialog))


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
async def test_a_second_training_asks_first(tmp_path: Path, started: list[str], size: tuple[int, int]):
    _, lock = running_run(tmp_path / "runs")
    async with stage(tmp_path, size=size) as shown:
        await asked(shown)
        assert_snapshot(shown.app, f"build-running-{size[0]}x{size[1]}")
        await shown.press("escape")
        await shown.workers("train")
        assert started == []
        assert shown.app.place.id == "build"
    lock.release()


async def test_both_are_trained_where_that_is_wanted(tmp_path: Path, started: list[str]):
    _, lock = running_run(tmp_path / "runs")
    async with stage(tmp_path) as shown:
        await asked(shown)
        await shown.press("enter")
        await shown.workers("train")
        assert started == ["digits-mlp"]
    lock.release()


async def test_the_running_one_is_over_before_the_next_one_starts(
    tmp_path: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
):
    run = create_run(DRAFT, base=tmp_path, root=tmp_path / "runs")
    worker = start_worker(run)
    found: list[Status] = []

    async def start(app: NntuiApp, draft: dict, base: Path) -> None:
        found.append(status_of(run))

    monkeypatch.setattr(NntuiApp, "_start", start)
    async with stage(tmp_path) as shown:
        await until(shown.pilot, lambda: status_of(run) is Status.RUNNING)
        await asked(shown)
        await shown.press("s")
        await shown.workers("train")
    assert found == [Status.STOPPED]
    worker.wait()


async def test_two_presses_start_one_training_and_ask_about_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    locks = []

    async def start(app: NntuiApp, draft: dict, base: Path) -> None:
        locks.append(running_run(tmp_path / "runs")[1])

    monkeypatch.setattr(NntuiApp, "_start", start)
    async with stage(tmp_path) as shown:
        await shown.burst("r", "r")
        await until(shown.pilot, lambda: isinstance(shown.app.screen, RunningDialog))
        assert len(locks) == 1
        await shown.press("escape")
        await shown.workers("train")
    assert len(locks) == 1
    locks[0].release()


async def test_a_run_that_ended_by_itself_needs_no_stopping(tmp_path: Path):
    run, lock = running_run(tmp_path / "runs")
    lock.release()
    await stop_runs([run])
    assert not run.commands_path.exists()


async def test_many_running_ones_are_counted(tmp_path: Path):
    async with stage(tmp_path) as shown:
        shown.app.push_screen(RunningDialog([f"run-{number}" for number in range(8)]))
        await shown.pilot.pause()
        text = screen_text(shown.app)
        assert "8 trainings are running" in text
        assert "and 3 more" in text
        assert "run-6" not in text


async def test_resuming_in_train_asks_about_a_second_training_at_once(tmp_path: Path):
    model = copy.deepcopy(DRAFT)
    model["training"]["epochs"] = 2
    stopped = create_run(model, base=tmp_path, root=tmp_path / "runs")
    Worker(stopped).run()
    append(stopped, ended("stopped", "stopped on request"))
    _, lock = running_run(tmp_path / "runs")
    log = stopped.events_path.read_bytes()
    async with stage(tmp_path) as shown:
        await shown.press("escape")
        for key in ("R", "E"):
            shown.app.attach(stopped)
            await until(shown.pilot, lambda: shown.app.place.id == "train")
            place = shown.app.place
            await until(shown.pilot, lambda place=place: place.snapshot is not None and place.snapshot.complete)
            await shown.press(key)
            if key == "E":
                await until(shown.pilot, lambda: isinstance(shown.app.screen, ChangeDialog))
                await shown.press("plus", "1", "enter")
            await until(shown.pilot, lambda: isinstance(shown.app.screen, RunningDialog))
            await shown.press("escape")
            await until(shown.pilot, lambda: len(shown.app.screen_stack) == 1)
            await shown.workers("resume")
            await shown.workers("ask")
    assert stopped.events_path.read_bytes() == log
    assert status_of(stopped) is Status.STOPPED
    lock.release()
