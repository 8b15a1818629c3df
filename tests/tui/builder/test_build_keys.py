from pathlib import Path

from nntui.modelfile.document import read_document
from nntui.resources import models_dir
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.dialogs.report import ReportDialog
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.stack import Stack
from tests.tui.builder.stage import stage

DIGITS = ["flatten", "dense", "dense", "dense"]


async def test_opens_on_the_bundled_model_with_the_stack_in_focus(tmp_path: Path):
    async with stage(tmp_path, bundled=True) as shown:
        assert shown.draft == read_document(models_dir() / "digits-mlp.toml")
        assert isinstance(shown.app.focused, Stack)
        assert not shown.place.problems


async def test_a_adds_the_layer_that_is_typed_for_under_the_chosen_one(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "a")
        assert isinstance(shown.app.screen, ChooseDialog)
        await shown.press("d", "r", "o", "enter")
        assert shown.types == ["flatten", "dense", "dropout", "dense", "dense"]
        assert shown.place.chosen == 2
        assert shown.field("rate").control.value == ""
        assert shown.field("rate").control.placeholder == "0.5"


async def test_esc_in_the_chooser_adds_nothing(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("a", "escape")
        assert shown.types == DIGITS
        assert not shown.place.edits.can_undo


async def test_d_duplicates_x_removes_and_the_choice_stays_in_the_stack(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "d")
        assert (
            shown.draft["layers"][2] == shown.draft["layers"][1] == {"type": "dense", "units": 64, "activation": "relu"}
        )
        assert shown.place.chosen == 2
        await shown.press("x", "x", "x", "x")
        assert shown.types == ["flatten"]
        assert shown.place.chosen == 0
        await shown.press("x")
        assert shown.types == []
        await shown.press("x", "d", "J")
        assert shown.types == []
        assert [str(problem) for problem in shown.place.problems] == [
            "layers: is empty; add at least one layer, such as a dense one"
        ]


async def test_layers_move_with_capitals_and_with_shift_and_stop_at_the_ends(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("J", "shift+down")
        assert (shown.types, shown.place.chosen) == (["dense", "dense", "flatten", "dense"], 2)
        await shown.press("K", "shift+up", "K")
        assert (shown.types, shown.place.chosen) == (DIGITS, 0)


async def test_every_edit_is_undone_and_done_again(tmp_path: Path):
    async with stage(tmp_path) as shown:
        first = shown.draft
        await shown.press("j", "d", "J", "x")
        states = [shown.draft]
        for _ in range(3):
            await shown.press("u")
            states.append(shown.draft)
        assert states[-1] is first
        assert shown.place.chosen == 1
        for expected in reversed(states[:-1]):
            await shown.press("U")
            assert shown.draft is expected


async def test_what_is_typed_in_one_field_is_undone_at_once(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.type("128")
        assert shown.draft["layers"][1]["units"] == 128
        await shown.press("escape", "u")
        assert shown.draft["layers"][1]["units"] == 64
        assert shown.field("units").control.value == "64"
        assert not shown.place.edits.can_undo


async def test_enter_edits_and_esc_comes_back(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        assert shown.app.focused is shown.field("units").control
        await shown.press("down")
        assert shown.app.focused is shown.field("activation").control
        await shown.press("up", "enter")
        assert shown.app.focused is shown.field("activation").control
        await shown.press("escape")
        assert isinstance(shown.app.focused, Stack)


async def test_letters_typed_in_a_field_are_text_and_not_keys(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.enter("name", "axdq24?")
        assert shown.draft["name"] == "axdq24?"
        assert shown.types == DIGITS
        assert shown.app.place is shown.place


async def test_tabs_turn_and_values_persist(tmp_path: Path):
    async with stage(tmp_path) as shown:
        form = shown.place.query_one(Form)
        await shown.press("t")
        assert form.tab.title == "Data"
        await shown.press("f4")
        await shown.enter("epochs", "7")
        await shown.press("f2", "f4")
        assert shown.field("epochs").control.value == "7"
        assert shown.draft["training"]["epochs"] == 7
        await shown.press("escape", "t")
        assert form.tab.title == "Layers"


async def test_choices_turn_with_arrows_and_open_a_list(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j")
        await shown.focus("activation")
        await shown.press("right")
        assert shown.draft["layers"][1]["activation"] == "leaky_relu"
        await shown.press("left", "left")
        assert shown.draft["layers"][1]["activation"] == "linear"
        await shown.press("enter")
        await shown.type("gel")
        await shown.press("enter")
        assert shown.draft["layers"][1]["activation"] == "gelu"
        await shown.focus("use_bias")
        await shown.press("space")
        assert shown.draft["layers"][1]["use_bias"] is False


async def test_r_is_refused_with_the_list_of_problems(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.type("0")
        await shown.press("escape", "r")
        assert isinstance(shown.app.screen, ReportDialog)
        problems = [str(problem).replace("layers[1]", "dense_1") for problem in shown.place.problems]
        assert shown.app.screen.text() == "\n".join(f"! {problem}" for problem in problems)
        await shown.press("escape")
        assert not (tmp_path / "runs").exists()


async def test_g_shows_a_line_for_each_array(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("g")
        await shown.workers("check")
        text = shown.app.screen.text()
        for name in ("dense_1.weight", "dense_1.bias", "dense_3.bias", "input"):
            assert name in text
        assert text.count("pass") == 7
        assert text.endswith("All gradients are right.")
