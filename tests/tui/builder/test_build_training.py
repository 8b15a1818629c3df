"""Starting a training from Build."""

from pathlib import Path
from typing import Any

import pytest

from nntui.tui.app import NntuiApp
from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The drafts that were to be trained, none of which is."""
    drafts: list[dict[str, Any]] = []
    monkeypatch.setattr(NntuiApp, "train", lambda app, draft, base: drafts.append(draft))
    return drafts


@pytest.mark.parametrize("key", ["ctrl+r", "f5"])
async def test_a_training_starts_from_inside_a_field_with_what_was_typed(
    tmp_path: Path, trained: list[dict[str, Any]], key: str
):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.focus("batch_size")
        for turns in (0, 1, 3, 8):
            await shown.burst("home", "ctrl+k", *str(17 + turns), key, turns=turns)
            await shown.workers("train")
            assert trained[-1]["training"]["batch_size"] == 17 + turns
            assert trained[-1] is shown.draft
    assert len(trained) == 4


async def test_the_key_line_names_a_key_that_trains_wherever_the_focus_is(tmp_path: Path):
    async with stage(tmp_path) as shown:
        assert "r Train" in screen_text(shown.app).splitlines()[-1]
        await shown.press("f4")
        await shown.focus("batch_size")
        await shown.pilot.pause()
        line = screen_text(shown.app).splitlines()[-1]
        assert "^r Train" in line
        assert "f1 Help" in line


async def test_what_was_typed_is_one_edit_however_it_reached_the_draft(tmp_path: Path, trained: list[dict[str, Any]]):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.focus("batch_size")
        await shown.burst("home", "ctrl+k", "8", "ctrl+r")
        await shown.press("escape", "u")
        assert shown.draft["training"]["batch_size"] == 32
        assert not shown.place.edits.can_undo
    assert len(trained) == 1
