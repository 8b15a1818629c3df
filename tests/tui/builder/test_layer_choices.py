"""The list of layers to add: by kind, and dimmed where they do not fit."""

from pathlib import Path

import pytest

from nntui.nn.layers.base import Layer
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.places.builder.layer_choices import layer_choices, obstacle, shape_before
from tests.tui.builder.stage import stage


def fitting(shape: tuple[int, ...] | None, *, is_first: bool = False) -> dict[str, str]:
    return {choice.value: choice.obstacle for choice in layer_choices(shape, is_first=is_first)}


def test_every_layer_is_listed_once_and_kinds_stand_together():
    choices = layer_choices((4,), is_first=True)
    assert sorted(choice.value for choice in choices) == sorted(Layer.members())
    kinds = [choice.lead for choice in choices]
    assert len(set(kinds)) == sum(kind != before for kind, before in zip(kinds, [None, *kinds], strict=False))
    assert "other" not in kinds


@pytest.mark.parametrize(
    ("shape", "name", "words"),
    [
        ((64,), "conv2d", "needs images"),
        ((64,), "random_flip", "needs images"),
        ((64,), "gru", "needs sequences"),
        ((64,), "max_pool1d", "needs sequences"),
        ((8, 8, 1), "dense", "needs a flat row"),
        ((64,), "embedding", "must be first"),
        ((64,), "dense", ""),
        ((8, 8, 1), "conv2d", ""),
        ((20, 2), "lstm", ""),
        ((20, 2), "flatten", ""),
        ((64,), "reshape", ""),
        (None, "conv2d", ""),
    ],
)
def test_what_does_not_fit_says_why_in_a_word(shape: tuple[int, ...] | None, name: str, words: str):
    assert fitting(shape)[name] == words


def test_ids_are_for_the_first_layer():
    assert obstacle(Layer.members()["embedding"], (12,), is_first=True) == ""
    assert obstacle(Layer.members()["embedding"], (8, 8, 1), is_first=True) == "needs ids"


def test_the_shape_at_a_place_is_what_the_layer_before_gives():
    rows = [(("layers", 0), (8,)), (("layers", 1), (8,)), (("layers", 1, "layers", 0), (5,)), (("layers", 2), None)]
    assert shape_before(rows, ("layers", 0), (4,)) == (4,)
    assert shape_before(rows, ("layers", 1), (4,)) == (8,)
    assert shape_before(rows, ("layers", 3), (4,)) is None
    assert shape_before(rows, ("layers", 1, "layers", 1), (4,)) == (5,)
    assert shape_before(rows, ("layers", 1, "layers", 0), (4,)) == (8,)
    assert shape_before(rows, ("layers", 0, "layers", 0), (4,)) == (4,)


async def test_what_fits_is_by_the_cursor_and_a_kind_can_be_typed_for(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "a")
        dialog = shown.app.screen
        assert isinstance(dialog, ChooseDialog)
        assert {choice.value: choice.obstacle for choice in dialog._choices}["conv2d"] == "needs images"
        await shown.type("pooling")
        assert {choice.lead for choice in dialog._shown} == {"pooling"}
        await shown.press("escape", "K", "k", "a")
        assert isinstance(shown.app.screen, ChooseDialog)
