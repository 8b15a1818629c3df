from pathlib import Path

from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text
from tests.unstartable import WORDS, write_unstartable


async def test_a_run_that_its_worker_refuses_is_told_in_build_and_leaves_no_directory(tmp_path: Path):
    async with stage(tmp_path, size=(160, 50), model=write_unstartable(tmp_path)) as shown:
        await shown.press("r")
        await shown.workers("train")
        await shown.workers("refusal")
        await shown.settle()
        assert shown.app.place.id == "build"
        assert WORDS.partition(" ids")[0] in screen_text(shown.app)
        assert shown.app.attached == []
        assert list((tmp_path / "runs").iterdir()) == []
        await shown.press("2")
        assert "No run attached." in screen_text(shown.app)
