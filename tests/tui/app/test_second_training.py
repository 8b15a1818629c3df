"""Starting a training while another one is running."""

from pathlib import Path

import pytest

from nntui.runs.status import Status, status_of
from nntui.training.launch import create_run, start_worker
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.running import RunningDialog
from nntui.tui.running import stop_runs
from tests.tui.app.test_app import running_run
from tests.tui.build.stage import Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import until
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
