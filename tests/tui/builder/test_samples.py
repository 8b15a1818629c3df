from pathlib import Path

import pytest

from nntui.tui.places.builder import glancer
from nntui.tui.places.builder.network import Network
from nntui.tui.places.builder.samples import Samples
from nntui.tui.widgets.line_diffed import LineDiffed
from tests.tui.builder.stage import stage
from tests.tui.screen_text import assert_snapshot, screen_text

LARGE = (160, 50)


@pytest.fixture
def read(monkeypatch):
    """The sources that were really read."""
    sources = []
    original = glancer._glanced

    def noting(key, draft, base):
        sources.append(draft["data"]["source"])
        return original(key, draft, base)

    monkeypatch.setattr(glancer, "_glanced", noting)
    return sources


def with_data(shown, **data) -> dict:
    return {**shown.draft, "data": data}


async def test_each_kind_of_data_is_read_once(tmp_path: Path, read):
    async with stage(tmp_path, size=LARGE) as shown:
        assert read == ["digits"]
        await shown.press("j", "d", "f3", "t")
        shown.place.edit(with_data(shown, source="iris", validation=0.3))
        await shown.settle()
        assert "petal_width_cm" in screen_text(shown.app)
        shown.place.edit(with_data(shown, source="iris", validation=0.1, standardize=True))
        await shown.settle()
        shown.place.edit(with_data(shown, source="digits"))
        await shown.settle()
        assert read == ["digits", "iris"]
        assert "petal_width_cm" not in screen_text(shown.app)


async def test_a_file_that_has_changed_and_another_seed_are_read_anew(tmp_path: Path, read):
    (tmp_path / "t.csv").write_text("a,b,c,kind\n1,2,3,x\n2,3,4,y\n")
    async with stage(tmp_path, size=LARGE) as shown:
        shown.place.edit(with_data(shown, source="t.csv"))
        await shown.settle()
        (tmp_path / "t.csv").write_text("a,b,c,kind\n1,2,3,x\n2,3,4,y\n5,6,7,zebra\n")
        shown.place.edit({**shown.draft, "name": "other"})
        await shown.settle()
        assert "zebra" in screen_text(shown.app)
        assert read == ["digits", "t.csv", "t.csv"]
        for seed in (0, 1):
            shown.place.edit({**with_data(shown, source="moons"), "training": {"seed": seed}})
            await shown.settle()
        assert read[3:] == ["moons", "moons"]


async def test_data_that_cannot_be_read_say_where_to_look(tmp_path: Path):
    async with stage(tmp_path, size=LARGE) as shown:
        shown.place.edit(with_data(shown, source="nowhere.csv"))
        await shown.settle()
        words = " ".join(screen_text(shown.app).replace("│", " ").split())
        assert "No samples: the data cannot be read. f3" in words


async def test_a_tall_screen_has_samples_in_the_tab_of_the_data(tmp_path: Path, read):
    async with stage(tmp_path, size=(90, 50)) as shown:
        assert read == []
        await shown.press("f3")
        await shown.settle()
        assert read == ["digits"]
        assert_snapshot(shown.app, "build-data-90x50")


async def test_a_stack_without_layers_says_what_to_press(tmp_path: Path):
    async with stage(tmp_path, size=LARGE) as shown:
        shown.place.edit({**shown.draft, "layers": []})
        await shown.settle()
        assert "No layers yet: a in the stack adds one." in screen_text(shown.app)


async def test_the_size_decides_and_nothing_is_read_without_room(tmp_path: Path, read):
    async with stage(tmp_path) as shown:
        assert read == []
        assert "network" not in screen_text(shown.app)
        before = screen_text(shown.app)
        await shown.pilot.resize_terminal(*LARGE)
        await shown.settle()
        await shown.settle()
        assert read == ["digits"]
        assert "› flatten_1" in screen_text(shown.app)
        assert "input" in screen_text(shown.app)
        await shown.pilot.resize_terminal(80, 24)
        await shown.settle()
        assert screen_text(shown.app) == before


async def test_the_cursor_sends_two_layers_and_samples_nothing(tmp_path: Path, monkeypatch):
    async with stage(tmp_path, size=LARGE) as shown:
        sent: list = []
        original = LineDiffed.refresh

        def noting(widget, *regions, **keywords):
            if regions and isinstance(widget, Network | Samples):
                sent.extend((type(widget), region.height) for region in regions)
            return original(widget, *regions, **keywords)

        monkeypatch.setattr(LineDiffed, "refresh", noting)
        await shown.press("j")
        assert {kind for kind, _ in sent} == {Network}
        assert sum(height for _, height in sent) <= 12
        sent.clear()
        await shown.press("f3")
        assert sent == []
