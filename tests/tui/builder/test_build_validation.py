import dataclasses
from pathlib import Path

import pytest

from nntui.modelfile.parsing import parse
from nntui.modelfile.problems import SpecError
from nntui.nn.layers.base import Layer
from nntui.settings import setting
from nntui.tui.places.builder.stack import Stack
from tests.tui.builder.stage import MODEL, Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text


def refusals(shown: Stage) -> list[tuple[str, str]]:
    """What the command line says of the same draft."""
    with pytest.raises(SpecError) as caught:
        parse(shown.draft)
    return [(problem.path, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["0", "-1", "2.5", "many", "1e9", "nan"])
async def test_a_wrong_number_is_told_in_the_command_lines_words(tmp_path: Path, text: str):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.enter("units", text)
        assert [("layers[1].units", shown.field("units").problem)] == refusals(shown)
        assert f"! {shown.types[1]}" in screen_text(shown.app) or "! layer_2" in screen_text(shown.app)


async def test_a_dense_layer_added_between_others_is_no_mistake(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "a")
        await shown.type("dense")
        await shown.press("enter")
        assert shown.draft["layers"][2] == {"type": "dense", "units": 32, "activation": "relu"}
        assert not shown.place.problems


async def test_the_message_goes_when_the_mistake_does(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.enter("units", "0")
        assert shown.field("units").problem
        await shown.enter("units", "9")
        assert not shown.field("units").problem
        assert not shown.place.problems
        assert "!" not in screen_text(shown.app)


async def test_a_shape_that_does_not_fit_stands_on_its_layer(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("x")
        assert [str(problem) for problem in shown.place.problems] == [
            "layers[0]: dense needs a flat input, got 8×8×1; put a flatten layer before it"
        ]
        text = screen_text(shown.app)
        assert "! dense_1" in text
        assert "! dense needs a flat input" in text


async def test_mistakes_in_training_and_data_stand_on_their_fields(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.enter("learning_rate", "-1")
        await shown.enter("l1", "x")
        found = dict(refusals(shown))
        assert shown.field("learning_rate").problem == found["training.optimizer.learning_rate"]
        assert shown.field("l1").problem == found["training.l1"]
        assert " Training !2 " in screen_text(shown.app)
        await shown.press("f3")
        await shown.enter("validation", "1")
        assert shown.field("validation").problem == "must be at least 0 and below 1, got 1.0"


async def test_unknown_keys_of_a_file_are_told_above_the_fields(tmp_path: Path):
    path = tmp_path / "m.toml"
    path.write_text('[data]\nsource = "iris"\n[[layers]]\ntype = "dense"\nunitz = 3\n')
    async with stage(tmp_path, model=path) as shown:
        assert "! unitz: is not known; did you mean" in screen_text(shown.app)
        assert shown.place.problems[0].path == "layers[0].unitz"


async def test_sub_tables_open_with_their_own_fields(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.focus("early_stopping")
        await shown.press("space")
        await shown.enter("patience", "3")
        assert shown.draft["training"]["early_stopping"] == {"patience": 3}
        await shown.focus("early_stopping")
        await shown.press("space")
        assert "early_stopping" not in shown.draft["training"]
        await shown.press("space")
        assert shown.draft["training"]["early_stopping"] == {"patience": 3}


async def test_another_optimizer_keeps_what_both_have_and_shows_its_own(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.focus("optimizer")
        await shown.press("enter")
        await shown.type("sgd")
        await shown.press("enter")
        assert shown.draft["training"]["optimizer"] == {"type": "sgd", "learning_rate": 0.002}
        await shown.enter("momentum", "0.9")
        assert shown.draft["training"]["optimizer"]["momentum"] == 0.9
        assert not shown.place.problems


async def test_another_source_brings_its_fields_and_drops_those_of_the_old(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f3", "enter")
        await shown.type("spiral")
        await shown.press("enter")
        assert shown.draft["data"] == {"source": "spiral", "validation": 0.2}
        await shown.enter("turns", "2")
        assert shown.draft["data"]["turns"] == 2.0
        assert "arm_1" in screen_text(shown.app) or "arm_1" in str(shown.place.validated)
        await shown.focus("source")
        await shown.press("enter")
        await shown.type("iris")
        await shown.press("enter")
        assert shown.draft["data"] == {"source": "iris", "validation": 0.2}


async def test_a_path_can_be_typed_as_source(tmp_path: Path):
    (tmp_path / "mine.csv").write_text("a,b,kind\n" + "".join(f"{n},{n * 2},{'xy'[n % 2]}\n" for n in range(20)))
    async with stage(tmp_path) as shown:
        await shown.press("f3", "enter")
        await shown.type("mine.csv")
        await shown.press("enter")
        assert shown.draft["data"]["source"] == "mine.csv"
        await shown.press("f2", "escape", "x")
        assert not shown.place.problems
        assert "mine.csv" in screen_text(shown.app)


@pytest.fixture
def toy_layer():
    @dataclasses.dataclass
    class Scale(Layer):
        """Multiplies every number by a toy factor."""

        type = "toyscale"
        factor: float = setting(2.0, above=0, unit="times", help="What to multiply by.")
        mirrored: bool = setting(False, help="Whether the sign turns too.")

    yield Scale
    Layer._members.pop("toyscale")


async def test_a_new_layer_class_has_a_form_without_another_edit(tmp_path: Path, toy_layer: type[Layer]):
    async with stage(tmp_path) as shown:
        await shown.press("a")
        await shown.type("toy")
        assert toy_layer.summary() in screen_text(shown.app)
        await shown.press("enter")
        assert shown.types[1] == "toyscale"
        assert not shown.place.problems
        await shown.press("enter")
        assert "above 0" in screen_text(shown.app)
        await shown.enter("factor", "0")
        assert shown.field("factor").problem == dict(refusals(shown))["layers[1].factor"]
        await shown.enter("factor", "3")
        await shown.focus("mirrored")
        await shown.press("space")
        assert shown.draft["layers"][1] == {"type": "toyscale", "factor": 3.0, "mirrored": True}
        assert shown.place.query_one(Stack).chosen == 1


async def test_a_model_whose_first_layer_has_a_mistake_can_be_opened(tmp_path: Path):
    model = tmp_path / "wrong.toml"
    model.write_text(
        '[data]\nsource = "iris"\n[[layers]]\ntype = "dense"\nunits = "many"\n[[layers]]\ntype = "dense"\n'
    )
    async with stage(tmp_path, model=model) as shown:
        assert shown.field("units").problem == "must be a whole number, got 'many'"
        assert "! must be a whole number" in screen_text(shown.app)


@pytest.mark.parametrize("text", ["１２", "1_000"])
async def test_numbers_that_only_python_reads_are_refused(tmp_path: Path, text: str):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.enter("epochs", text)
        assert shown.field("epochs").problem == f"must be a whole number, got '{text}'"


async def test_a_list_of_metrics_is_shown_as_names(tmp_path: Path):
    (tmp_path / "listed.toml").write_text(MODEL.replace("seed = 0", 'seed = 0\nmetrics = ["accuracy", "f1"]'))
    async with stage(tmp_path, model=tmp_path / "listed.toml") as shown:
        await shown.press("f4")
        assert shown.field("metrics").control.value == "accuracy, f1"
        assert shown.place.problems == ()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
async def test_two_dense_layers_without_an_activation_get_a_hint_and_train(tmp_path: Path, size: tuple[int, int]):
    (tmp_path / "linear.toml").write_text(MODEL.replace('activation = "relu"\n', "", 1))
    async with stage(tmp_path, size=size, model=tmp_path / "linear.toml") as shown:
        text = " ".join(screen_text(shown.app).split())
        assert "1 hint" in text
        assert "dense_1 and dense_2 are" in text
        assert shown.place.problems == ()
        assert_snapshot(shown.app, f"build-hint-{size[0]}x{size[1]}")
        await shown.press("j", "enter", "down", "right")
        assert "1 hint" not in screen_text(shown.app)
