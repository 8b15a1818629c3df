"""The guide in the app: from help, its topics, and a page."""

from pathlib import Path

import pytest

from nntui.guide.topics import topics
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.dialogs.guide import PageDialog
from nntui.tui.dialogs.help import HelpDialog
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import until

SIZES = [(80, 24), (160, 50)]


async def see(shown: Stage, dialog: type) -> None:
    """Waits until a dialog stands on top, drawn."""
    await until(shown.pilot, lambda: isinstance(shown.app.screen, dialog))
    await shown.settle()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_from_help_to_a_page_and_back(tmp_path: Path, size: tuple[int, int]):
    async with stage(tmp_path, size=size) as shown:
        await shown.press("question_mark", "g")
        await see(shown, ChooseDialog)
        assert all(topic.title in screen_text(shown.app) for topic in topics())
        assert_snapshot(shown.app, f"guide-{size[0]}x{size[1]}")
        await shown.pilot.press(*"dash", "enter")
        await see(shown, PageDialog)
        assert_snapshot(shown.app, f"guide-page-{size[0]}x{size[1]}")
        await shown.pilot.press("escape")
        await see(shown, ChooseDialog)
        await shown.press("escape")
        assert isinstance(shown.app.screen, HelpDialog)


async def test_a_page_scrolls_by_lines_and_pages(tmp_path: Path):
    async with stage(tmp_path) as shown:
        shown.app.action_guide()
        await see(shown, ChooseDialog)
        await shown.pilot.press("enter")
        await see(shown, PageDialog)
        pictures = [screen_text(shown.app)]
        for key in ("j", "space"):
            await shown.press(key)
            pictures.append(screen_text(shown.app))
        assert len(set(pictures)) == 3
        await shown.press("b", "k")
        assert screen_text(shown.app) == pictures[0]


async def test_the_topic_that_was_read_is_marked_afterwards(tmp_path: Path):
    async with stage(tmp_path) as shown:
        shown.app.action_guide()
        await see(shown, ChooseDialog)
        await shown.pilot.press("down", "down", "enter")
        await see(shown, PageDialog)
        await shown.pilot.press("escape")
        await see(shown, ChooseDialog)
        await shown.pilot.press("enter")
        await see(shown, PageDialog)
        assert "guide: Layers" in screen_text(shown.app)


async def test_a_key_pressed_twice_opens_it_once(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("question_mark")
        await shown.burst("g", "g")
        await see(shown, ChooseDialog)
        assert sum(isinstance(screen, ChooseDialog) for screen in shown.app.screen_stack) == 1


async def test_the_palette_has_it(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("ctrl+p")
        await shown.pilot.press(*"read the guide", "enter")
        await see(shown, ChooseDialog)
        assert "First session" in screen_text(shown.app)
