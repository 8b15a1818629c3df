"""The views of Train's right pane: a view put into the list is found by the keys, by help and by the palette."""

from collections.abc import Sequence

import pytest
from textual.strip import Strip

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.app import NntuiApp
from nntui.tui.places.train.place import TrainPlace
from nntui.tui.places.train.views import View, views
from nntui.tui.places.train.views.view import forget_view
from nntui.tui.plots.frame import Edges
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import Stage, attached, ended, trained, until, write_run


@pytest.fixture
def toy():
    """A view as one would write it in a file of its own."""

    class Toy(View):
        view = "toy"
        summary = "how many epochs there are"
        epochs = 0

        def show_run(self, snapshot: RunSnapshot | None) -> None:
            self.epochs = len(snapshot.epochs) if snapshot is not None else 0
            self.redraw(now=True)

        def draw_body(self, width: int, height: int) -> Sequence[Strip]:
            return [Strip.blank(width)] * height

        def edges(self) -> Edges:
            return Edges(title=[(f"toy of {self.epochs} epochs", self.chrome("title"))])

    yield Toy
    forget_view("toy")


def test_the_weights_come_first():
    assert [view.view for view in views()] == ["weights"]


async def test_without_another_view_there_is_no_key_for_the_next(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        await pilot.press("v")
        assert place.panes.view.view == "weights"
        assert "v View" not in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 24)])
async def test_v_goes_through_the_views_and_keeps_the_focus(finished, toy, size):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=size) as pilot:
        await attached(pilot, place, finished)
        await pilot.press("tab")
        assert app.focused is place.panes.view
        await pilot.press("v")
        await until(pilot, lambda: "toy of 3 epochs" in screen_text(app))
        assert isinstance(place.panes.view, toy)
        assert app.focused is place.panes.view
        assert "dense_1.weight" not in screen_text(app)
        await pilot.press("V")
        await until(pilot, lambda: "dense_1.weight" in screen_text(app))
        assert "toy of" not in screen_text(app)
        await pilot.press("v", "tab", "tab", "tab", "tab")
        assert app.focused is place.panes.view


async def test_a_view_out_of_sight_forgets_the_run_before(tmp_path, finished, toy):
    other = write_run(tmp_path / "other", *trained(1), ended("finished", "trained 1 epoch"))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        await pilot.press("v", "V")
        await attached(pilot, place, other)
        await pilot.press("v")
        await until(pilot, lambda: "toy of 1 epochs" in screen_text(app))


async def test_help_and_the_palette_have_every_view(tmp_path, finished, toy):
    app = NntuiApp(runs_root=finished.path.parent, base=tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        app.attach(finished)
        await until(pilot, lambda: app.place.id == "train" and getattr(app.place, "snapshot", None) is not None)
        await pilot.press("question_mark")
        await until(pilot, lambda: "how many epochs there are" in screen_text(app))
        assert "views of the right pane" in screen_text(app)
        await pilot.press("escape", "ctrl+p", *"show toy")
        await until(pilot, lambda: "show toy: how many epochs" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: "toy of 3 epochs" in screen_text(app))
