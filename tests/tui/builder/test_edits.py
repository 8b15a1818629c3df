from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.places.builder.edits import Edits


def test_keys_typed_in_one_field_are_one_step_until_it_is_left():
    edits = Edits({"n": 0})
    for number, field in ((1, "a"), (12, "a"), (3, "b"), (34, "b")):
        edits.make({"n": number}, chosen=0, layer=0, field=field)
    edits.pause()
    edits.make({"n": 345}, chosen=0, layer=0, field="b")
    found = []
    while (step := edits.undo(chosen=0)) is not None:
        found.append(step.draft["n"])
    assert found == [34, 12, 0]


def test_the_layer_that_was_chosen_comes_back_with_the_draft():
    edits = Edits({"n": 0})
    edits.make({"n": 1}, chosen=2, layer=3)
    back = edits.undo(chosen=3)
    assert back is not None
    assert back.layer == 2
    again = edits.redo(chosen=2)
    assert again is not None
    assert (again.draft, again.layer) == ({"n": 1}, 3)


def test_an_edit_after_an_undo_ends_what_could_be_done_again():
    edits = Edits({"n": 0})
    edits.make({"n": 1}, chosen=0, layer=0)
    edits.undo(chosen=0)
    assert edits.can_redo
    edits.make({"n": 2}, chosen=0, layer=0)
    assert not edits.can_redo
    assert edits.redo(chosen=0) is None
    assert edits.draft == {"n": 2}


@given(st.lists(st.integers(1, 3), max_size=30))
def test_undo_and_redo_walk_a_line(moves: list[int]):
    """Against a list of states and a place in it."""
    edits, states, place = Edits({"n": 0}), [0], 0
    for count, move in enumerate(moves, 1):
        if move == 1:
            edits.make({"n": count}, chosen=0, layer=0)
            states, place = [*states[: place + 1], count], place + 1
        elif move == 2:
            edits.undo(chosen=0)
            place = max(place - 1, 0)
        else:
            edits.redo(chosen=0)
            place = min(place + 1, len(states) - 1)
        assert edits.draft == {"n": states[place]}
