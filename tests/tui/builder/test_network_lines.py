from nntui.display.cells import cell_len
from nntui.tui.places.builder.network_lines import Part, network_lines, parts_of
from nntui.tui.places.builder.stack_rows import StackRow


def dense(number: int, units: int, **changes) -> StackRow:
    values = {"detail": f"{units} relu", "output_shape": (units,), "parameters": units * 10, "path": ("layers", number)}
    return StackRow(f"dense_{number}", **{**values, **changes})


def text(parts, width=50, height=40) -> list[str]:
    return ["".join(piece for piece, _ in line).rstrip() for line in network_lines(parts, width, height)]


def tones(parts, height=40) -> list[set[str]]:
    return [{tone for _, tone in line} for line in network_lines(parts, 50, height)]


STACK = parts_of([dense(1, 64), dense(2, 8, detail="8")], 1, "iris", (4,))


def test_bars_are_as_wide_as_there_are_units_on_a_log_scale():
    lines = text(STACK, height=5)
    assert [line.split()[0] for line in lines[::2]] == ["input", "dense_1", "›"]
    assert [line.count("█") for line in lines] == [0, 0, 30, 0, 16]
    assert lines[0].count("░") == 12
    assert [line.strip() for line in lines[1::2]] == ["│", "│"]
    assert lines[2].endswith("64 relu")
    assert lines[4].endswith("  8")


def test_with_room_bars_are_thick_and_without_it_there_are_no_joints():
    assert len(text(STACK, height=11)) == 11
    assert len(text(STACK, height=4)) == 3


def test_maps_are_squares_one_behind_another_and_low_ones_where_there_is_less_room():
    conv = StackRow("conv2d_1", "16 3x3 relu", (8, 8, 16), 160, path=("layers", 0))
    parts = parts_of([conv], 0, "digits", (8, 8, 1))
    lines = text(parts)
    assert [line.strip() for line in lines[:3]] == [
        "┌──────┐",
        "input            │░░░░░░│        8×8×1 digits",
        "└──────┘",
    ]
    assert "│██████│││││" in lines[5]
    assert text(parts, height=2)[1].split()[2] == "██████▕▕▕▕"


def test_of_a_deep_stack_the_cursors_neighbours_and_both_ends_are_drawn():
    parts = parts_of([dense(number, 8) for number in range(1, 101)], 49, "iris", (4,))
    lines = text(parts, height=10)
    assert len(lines) == 10
    assert lines[0].split()[0] == "input"
    assert lines[-1].split()[0] == "dense_100"
    assert "⋮ 46 layers" in lines[1]
    assert any(line.startswith("› dense_50 ") for line in lines)
    assert "⋮ 47 layers" in lines[-2]
    for chosen in (0, 1, 98, 99):
        shown = text(parts_of([dense(number, 8) for number in range(1, 101)], chosen, "iris", (4,)), height=9)
        assert len(shown) <= 9
        assert any(line.startswith("›") for line in shown)


def test_sequences_are_strokes_and_what_is_not_known_is_a_question():
    rows = [StackRow("lstm_1", "8", (32, 8), 100, path=("layers", 0)), StackRow("dense_1", "", wrong=True)]
    lines = text(parts_of(rows, 0, "waves", None), height=4)
    assert "▌" * 15 in lines[1]
    assert "?" in lines[2]
    assert lines[2].startswith("! dense_1")
    assert lines[2].endswith("does not fit")


def test_a_block_is_a_line_where_its_layers_begin():
    block = StackRow("residual_1", "1 layers relu", (32,), 90, path=("layers", 0), is_block=True)
    inner = dense(1, 32, path=("layers", 0, "layers", 0))
    lines = text(parts_of([block, inner], 1, "iris", (4,)))
    assert lines[4].split()[:2] == ["residual_1", "╌" * 18]
    assert lines[7].startswith("›   dense_1")


def test_the_cursors_layer_is_picked_out():
    assert tones(STACK, height=3)[2] == {"chosen"}
    assert "chosen" not in tones(STACK, height=3)[1]


def test_lines_are_never_wider_than_they_may_be():
    parts = [Part("n" * 40, "d" * 90, (3,) * size, True) for size in (1, 2, 3, 4)]
    for width in (30, 57, 120):
        assert all(cell_len(line) <= width for line in text(parts, width=width))
