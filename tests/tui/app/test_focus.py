"""What is drawn when the focus moves: over a slow line the whole screen takes seconds."""

from textual._compositor import Compositor

from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.stack import Stack


async def test_only_the_widgets_concerned_are_drawn(tmp_path, monkeypatch):
    drawn, update = set(), Compositor.update_widgets

    def noted(compositor, widgets):
        drawn.update(widgets)
        return update(compositor, widgets)

    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        monkeypatch.setattr(Compositor, "update_widgets", noted)
        stack, form = app.screen.query_one(Stack), app.screen.query_one(Form)
        assert app.screen.focused is stack
        await pilot.press("enter")
        await pilot.pause()
        assert form.has_focus_within
        assert stack in drawn
        assert app.screen not in drawn
        await pilot.press("escape", "a")
        await pilot.pause()
        assert isinstance(app.screen, ChooseDialog)
        drawn.clear()
        await pilot.press("tab")
        await pilot.pause()
        assert app.screen not in drawn
