"""A block of layers in the stack and the form: its layers are added, edited, moved, removed and brought back."""

from pathlib import Path

from nntui.modelfile.document import parse_document
from nntui.tui.dialogs.report import ReportDialog
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text

MODEL = """\
name = "blocks"

[data]
source = "digits"

[[layers]]
type = "flatten"

[[layers]]
type = "residual"
activation = "relu"

[[layers.layers]]
type = "dense"
units = 64
activation = "relu"

[[layers.layers]]
type = "dense"
units = 32

[[layers]]
type = "dense"
"""


def model(folder: Path) -> Path:
    path = folder / "blocks.toml"
    path.write_text(MODEL, encoding="utf-8")
    return path


def inner(shown: Stage) -> list[str]:
    return [layer["type"] for layer in shown.draft["layers"][1]["layers"]]


async def test_a_block_shows_its_layers_indented_with_their_numbers(tmp_path: Path):
    for size in ((80, 24), (160, 50)):
        async with stage(tmp_path, size=size, model=model(tmp_path)) as shown:
            await shown.press("j", "j")
            assert_snapshot(shown.app, f"build-block-{size[0]}x{size[1]}")


async def test_a_new_block_is_empty_and_takes_the_next_layer_that_is_added(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("a", *"resid", "enter")
        assert shown.draft["layers"][1] == {"type": "residual"}
        assert [str(problem) for problem in shown.place.problems] == [
            "layers[1].layers: is empty; add at least one layer as [[layers.layers]], such as a dense one"
        ]
        assert "! layers: is empty; add at least one" in screen_text(shown.app)
        assert "Press a in the" in screen_text(shown.app)
        await shown.press("a", *"batch", "enter")
        assert inner(shown) == ["batch_norm"]
        assert shown.place.chosen_path == ("layers", 1, "layers", 0)
        await shown.press("a", *"dense", "enter")
        assert inner(shown) == ["batch_norm", "dense"]
        assert shown.place.chosen == 3
        assert "Layer 2 of 2 in the block of layer 2" in screen_text(shown.app)
        await shown.press("enter")
        await shown.type("64")
        assert shown.draft["layers"][1]["layers"][1] == {"type": "dense", "units": 64, "activation": "relu"}
        assert not shown.place.problems
        # The one under the block, when the block has layers already, goes after it.
        await shown.press("escape", "k", "k", "a", *"flat", "enter")
        assert shown.types == ["flatten", "residual", "flatten", "dense", "dense", "dense"]
        assert shown.place.chosen_path == ("layers", 2)


async def test_layers_of_a_block_are_duplicated_moved_and_removed_within_it(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        first = shown.draft
        await shown.press("j", "j", "d")
        assert [layer.get("units") for layer in shown.draft["layers"][1]["layers"]] == [64, 64, 32]
        assert shown.place.chosen == 3
        await shown.press("J", "J")
        assert [layer.get("units") for layer in shown.draft["layers"][1]["layers"]] == [64, 32, 64]
        assert shown.place.chosen_path == ("layers", 1, "layers", 2)
        await shown.press("x")
        assert shown.place.chosen_path == ("layers", 1, "layers", 1)
        await shown.press("x", "x")
        assert shown.draft["layers"][1] == {"type": "residual", "activation": "relu", "layers": []}
        assert shown.place.chosen_path == ("layers", 1)
        for _ in range(5):
            await shown.press("u")
        assert shown.draft is first
        assert shown.place.chosen_path == ("layers", 1, "layers", 0)
        await shown.press("U")
        assert len(shown.draft["layers"][1]["layers"]) == 3


async def test_a_block_moves_and_goes_with_its_layers(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        await shown.press("j", "J")
        assert shown.types == ["flatten", "dense", "residual"]
        assert shown.place.chosen_path == ("layers", 2)
        await shown.press("K", "d")
        assert shown.types == ["flatten", "residual", "residual", "dense"]
        assert shown.place.chosen_path == ("layers", 2)
        await shown.press("j", "enter")
        await shown.enter("units", "7")
        # The copy is one of its own.
        assert [block["layers"][0]["units"] for block in shown.draft["layers"][1:3]] == [64, 7]
        await shown.press("escape", "k", "x")
        assert shown.types == ["flatten", "residual", "dense"]


async def test_mistakes_in_a_block_stand_on_their_field_their_layer_and_the_block(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        await shown.press("j", "j", "enter")
        await shown.enter("units", "0")
        assert shown.field("units").problem == "must be at least 1 and at most 1000000, got 0"
        text = screen_text(shown.app)
        assert "! residual_1" in text
        assert "!   dense_1" in text
        assert "!   dense_2" not in text
        assert " Layers !1 " in text
        await shown.press("escape", "r")
        assert isinstance(shown.app.screen, ReportDialog)
        assert shown.app.screen.text().startswith("! residual_1.dense_1.units: must be at least 1")


async def test_the_blocks_own_settings_are_edited_and_its_layers_stay(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        layers = shown.draft["layers"][1]["layers"]
        await shown.press("j", "enter")
        assert shown.app.focused is shown.field("activation").control
        await shown.press("right")
        assert shown.draft["layers"][1]["activation"] == "leaky_relu"
        assert shown.draft["layers"][1]["layers"] is layers
        await shown.focus("type")
        await shown.press("enter", *"dens", "enter")
        assert shown.draft["layers"][1] == {"type": "dense", "activation": "leaky_relu"}
        assert len(screen_text(shown.app).splitlines()) == 24
        await shown.press("u")
        assert shown.draft["layers"][1]["layers"] is layers


async def test_what_was_left_of_one_layer_does_not_come_to_another(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        await shown.press("j")
        await shown.focus("type")
        await shown.press("enter", *"dens", "enter")
        await shown.press("escape", "k")
        await shown.focus("type")
        await shown.press("enter", *"resid", "enter")
        assert shown.draft["layers"][0] == {"type": "residual"}


async def test_what_is_saved_has_the_block_as_it_stands(tmp_path: Path):
    async with stage(tmp_path, model=model(tmp_path)) as shown:
        await shown.press("j", "j", "d", "ctrl+s")
        await shown.press("enter", "enter")
        text = (tmp_path / "blocks.toml").read_text(encoding="utf-8")
        assert parse_document(text) == shown.draft
        assert text.count("[[layers.layers]]") == 3


async def test_the_shares_of_the_cost_count_a_block_once(tmp_path: Path):
    async with stage(tmp_path, size=(160, 50), model=model(tmp_path)) as shown:
        text = screen_text(shown.app)
        shares = [line for line in text.splitlines() if "%" in line and "_1 " in line]
        assert any("residual_1" in line for line in shares)
        assert "dense_2  " not in text.partition("share of")[2]
