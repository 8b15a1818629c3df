from pathlib import Path

import pytest

from nntui.tui.places.builder.controls import TextControl
from nntui.tui.places.builder.field_help import FieldHelp
from nntui.tui.places.builder.form import Form
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import screen_text

# At some of these the form is filled between two keys, at others while an edit is on its way to the draft.
TURNS = (0, 1, 3, 8, 21, 55)


def text(shown: Stage, name: str) -> str:
    control = shown.field(name).control
    assert isinstance(control, TextControl)
    return control.value


async def test_no_key_of_a_burst_is_lost_where_it_clears_a_field_first(tmp_path: Path):
    async with stage(tmp_path, bundled=True) as shown:
        await shown.press("f4", "enter")
        await shown.focus("epochs")
        for turns in TURNS:
            count = len(text(shown, "epochs"))
            await shown.burst(*["backspace"] * count, "9", "0", "0", "0", turns=turns)
            assert text(shown, "epochs") == "9000", turns
            assert shown.draft["training"]["epochs"] == 9000
            await shown.burst(*["backspace"] * 4, "4", "0", turns=turns)
            assert text(shown, "epochs") == "40", turns
            assert shown.draft["training"]["epochs"] == 40


async def test_no_key_of_a_burst_is_lost_in_a_field_that_shows_its_default(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("a", "d", "r", "o", "enter", "enter")
        assert shown.app.focused is shown.field("rate").control
        for turns in TURNS:
            await shown.burst(*["backspace"] * 4, "0", ".", "2", "5", turns=turns)
            assert text(shown, "rate") == "0.25", turns
            assert shown.draft["layers"][1] == {"type": "dropout", "rate": 0.25}
        await shown.burst(*["backspace"] * 4)
        assert text(shown, "rate") == ""
        assert shown.draft["layers"][1] == {"type": "dropout"}


async def test_no_letter_of_a_burst_is_lost_in_a_text(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.focus("name")
        for turns in TURNS:
            await shown.burst("home", "ctrl+k", *"letters", turns=turns)
            assert text(shown, "name") == shown.draft["name"] == "letters"


async def test_a_burst_that_walks_on_fills_both_fields(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        for turns in TURNS:
            await shown.focus("epochs")
            await shown.burst("home", "ctrl+k", "1", "2", turns=turns)
            await shown.burst("down", "home", "ctrl+k", "3", "4", turns=turns)
            assert (text(shown, "epochs"), text(shown, "batch_size")) == ("12", "34")
            assert (shown.draft["training"]["epochs"], shown.draft["training"]["batch_size"]) == (12, 34)


async def test_an_edit_on_its_way_stays_with_the_layer_it_was_typed_in(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        control = shown.field("units").control
        assert isinstance(control, TextControl)
        control.value = "7"
        # Filled for the other layer before the field could tell of the text.
        field = shown.field("units")
        field.show(("layers", 2, "units"), 32, "")
        assert control.value == "32"
        await shown.settle()
        assert [layer.get("units") for layer in shown.draft["layers"]] == [None, 7, 32, None]
        assert control.value == "7"


async def test_an_older_draft_does_not_overwrite_the_text(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        field = shown.field("units")
        assert isinstance(field.control, TextControl)
        field.control.value = "7"
        field.show(field.path, 64, "")
        assert field.control.value == "7"
        await shown.settle()
        assert shown.draft["layers"][1]["units"] == 7


async def test_undo_redo_and_another_layer_change_the_text_after_a_burst(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.burst("home", "ctrl+k", "9", "6")
        await shown.press("escape", "u")
        assert text(shown, "units") == "64"
        await shown.press("U")
        assert text(shown, "units") == "96"
        await shown.press("j")
        assert text(shown, "units") == "32"
        await shown.press("k")
        assert text(shown, "units") == "96"


async def test_a_number_stays_as_it_is_typed_but_not_in_another_layer(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.enter("units", "32.0")
        assert (shown.draft["layers"][1]["units"], text(shown, "units")) == (32.0, "32.0")
        await shown.press("escape", "j")
        assert (shown.draft["layers"][2]["units"], text(shown, "units")) == (32, "32")


_STEPS_BACK = 3


@pytest.mark.parametrize("key", ["f2", "f3", "f4"])
async def test_the_help_is_that_of_the_focused_field_in_both_directions(tmp_path: Path, key: str):
    async with stage(tmp_path) as shown:
        await shown.press("j", key)
        form = shown.place.query_one(Form)
        fields = list(form.tab.fields())
        fields[0].control.focus()
        await shown.settle()
        back = fields[: -_STEPS_BACK - 1 : -1]
        for field, step in [*((each, "down") for each in fields), *((each, "up") for each in back)]:
            assert shown.app.focused is field.control
            assert field.setting.help in str(shown.place.query_one(FieldHelp).content)
            await shown.press(step)
        await shown.press("escape")
        assert "enter edits the chosen layer" in str(shown.place.query_one(FieldHelp).content)


async def test_a_placeholder_that_is_too_long_ends_in_an_ellipsis_on_the_screen(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.pilot.pause()
        line = next(line for line in screen_text(shown.app).splitlines() if "│ metrics" in line)
        assert line.rstrip("│▁▂▃▄▅▆▇█ ").endswith("…")
