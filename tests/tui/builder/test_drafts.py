import copy

from nntui.tui.places.builder.drafts import (
    layer_paths,
    layer_type,
    layers_of,
    path_words,
    value_at,
    with_layer,
    with_layer_moved,
    with_source,
    with_value,
    without_layer,
)

DRAFT = {
    "name": "m",
    "data": {"source": "spiral", "noise": 0.1, "validation": 0.3, "target": "x"},
    "layers": [{"type": "flatten"}, {"type": "dense", "units": 4}],
    "training": {"loss": "huber"},
}


def test_paths_read_as_those_of_problems():
    assert path_words(("layers", 2, "units")) == "layers[2].units"
    assert path_words(("training", "optimizer", "learning_rate")) == "training.optimizer.learning_rate"
    assert path_words(()) == ""


def test_edits_leave_the_old_draft_alone_and_share_what_they_did_not_touch():
    before = copy.deepcopy(DRAFT)
    new = with_value(DRAFT, ("layers", 1, "units"), 8)
    assert before == DRAFT
    assert new["layers"][1] == {"type": "dense", "units": 8}
    assert new["layers"][0] is DRAFT["layers"][0]
    assert new["training"] is DRAFT["training"]


def test_none_takes_a_key_out_and_tables_are_made_on_the_way():
    assert "units" not in with_value(DRAFT, ("layers", 1, "units"), None)["layers"][1]
    assert with_value({}, ("training", "optimizer", "type"), "sgd") == {"training": {"optimizer": {"type": "sgd"}}}


def test_a_text_stands_for_a_table_of_that_type():
    new = with_value(DRAFT, ("training", "loss", "delta"), 2.0)
    assert new["training"]["loss"] == {"type": "huber", "delta": 2.0}


def test_value_at_a_place_that_is_not_there_is_none():
    assert value_at(DRAFT, ("layers", 7, "units")) is None
    assert value_at(DRAFT, ("training", "loss", "delta")) is None
    assert value_at(DRAFT, ("data", "noise")) == 0.1


def types(draft, *path):
    return [layer_type(layer) for layer in value_at(draft, (*path, "layers"))]


def test_layers_are_put_in_taken_out_and_moved():
    assert types(with_layer(DRAFT, ("layers", 1), {"type": "dropout"})) == ["flatten", "dropout", "dense"]
    assert layers_of(without_layer(DRAFT, ("layers", 0))) == [{"type": "dense", "units": 4}]
    assert types(with_layer_moved(DRAFT, ("layers", 1), -1)) == ["dense", "flatten"]
    assert with_layer_moved(DRAFT, ("layers", 1), 1) is DRAFT
    assert types(with_layer({}, ("layers", 0), {"type": "dense"})) == ["dense"]


BLOCKS = {
    "layers": [
        {"type": "residual", "layers": ["flatten", {"type": "residual", "layers": [{"type": "dense"}]}]},
        {"type": "residual"},
        {"type": "dense"},
    ]
}


def test_layers_of_blocks_stand_after_their_block():
    assert layer_paths(BLOCKS) == [
        ("layers", 0),
        ("layers", 0, "layers", 0),
        ("layers", 0, "layers", 1),
        ("layers", 0, "layers", 1, "layers", 0),
        ("layers", 1),
        ("layers", 2),
    ]
    assert layer_paths({}) == []


def test_layers_of_a_block_are_edited_as_those_of_the_model():
    before = copy.deepcopy(BLOCKS)
    block = ("layers", 0)
    assert types(with_layer(BLOCKS, (*block, "layers", 2), {"type": "dropout"}), *block) == [
        "flatten", "residual", "dropout"
    ]  # fmt: skip
    assert types(without_layer(BLOCKS, (*block, "layers", 0)), *block) == ["residual"]
    assert types(with_layer_moved(BLOCKS, (*block, "layers", 0), 1), *block) == ["residual", "flatten"]
    assert with_layer_moved(BLOCKS, (*block, "layers", 1), 1) is BLOCKS
    into_none = with_layer(BLOCKS, ("layers", 1, "layers", 0), {"type": "dense"})
    assert into_none["layers"][1] == {"type": "residual", "layers": [{"type": "dense"}]}
    assert into_none["layers"][0] is BLOCKS["layers"][0]
    assert before == BLOCKS


def test_the_line_of_no_end_of_blocks_is_short():
    layer = {"type": "dense"}
    for _ in range(5000):
        layer = {"type": "residual", "layers": [layer]}
    assert len(layer_paths({"layers": [layer]})) == 8


def test_damaged_layers_are_no_layers():
    assert layers_of({}) == []
    assert layers_of({"layers": 3}) == []
    assert layer_type(7) == "?"
    assert layer_type({"type": 7}) == "?"
    assert layer_type("dense") == "dense"


def test_other_data_keep_only_what_belongs_to_any_data():
    assert with_source(DRAFT, "iris", ("validation", "standardize"))["data"] == {"source": "iris", "validation": 0.3}
    assert with_source({"data": "spiral"}, "iris", ("validation",))["data"] == {"source": "iris"}
