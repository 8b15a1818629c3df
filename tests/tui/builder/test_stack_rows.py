from nntui.tui.places.builder.cost import bar_words
from nntui.tui.places.builder.drafts import layer_paths
from nntui.tui.places.builder.stack_rows import HEADING, StackRow, awaited_rows, cells, fit

ROWS = [StackRow("flatten_1", "", (64,), 0, 0), StackRow("activation_12", "leaky_relu", (28, 28, 1), 1234567, 99)]


def test_columns_fill_the_width_and_drop_flops_before_parameters():
    for width in range(30, 100):
        columns = fit(ROWS, width)
        assert len(columns.line(HEADING)) == width
        assert {len(columns.line(cells(row))) for row in ROWS} == {width}
        assert not (columns.flops and not columns.parameters)
    assert fit(ROWS, 80).flops
    assert not fit(ROWS, 30).parameters


def test_what_is_too_long_ends_in_an_ellipsis():
    line = fit(ROWS, 30).line(cells(ROWS[1]))
    assert "…" in line
    assert line.endswith("28×28×1")


def test_rows_not_examined_yet_keep_what_is_known_and_are_counted_anew():
    known_layer, new_layer = {"type": "dense", "units": 4}, {"type": "dense", "units": 8, "activation": "relu"}
    known = {id(known_layer): StackRow("dense_1", "4", (4,), 20, 40)}
    rows = awaited_rows([new_layer, known_layer], known)
    assert rows == [
        StackRow("dense_1", "8 relu", path=("layers", 0)),
        StackRow("dense_2", "4", (4,), 20, 40, path=("layers", 1)),
    ]


def test_rows_of_a_block_are_indented_and_counted_by_themselves():
    inner = {"type": "dense", "units": 4}
    block = {"type": "residual", "activation": "relu", "layers": [inner, inner]}
    known = {id(inner): StackRow("dense_7", "4", (4,), 20, 40, path=("layers", 9))}
    rows = awaited_rows([inner, block, inner], known)
    assert [(row.name, row.path, row.depth) for row in rows] == [
        ("dense_1", ("layers", 0), 0),
        ("residual_1", ("layers", 1), 0),
        ("dense_1", ("layers", 1, "layers", 0), 1),
        ("dense_2", ("layers", 1, "layers", 1), 1),
        ("dense_2", ("layers", 2), 0),
    ]
    assert [cells(row)[0] for row in rows[1:4]] == ["residual_1", "  dense_1", "  dense_2"]
    assert (rows[1].detail, rows[1].is_block, rows[2].parameters) == ("relu", True, 20)
    assert [row.path for row in rows] == layer_paths({"layers": [inner, block, inner]})


def test_bars_grow_by_eighths_and_show_all_but_nothing():
    assert [bar_words(share, 2) for share in (0, 0.001, 0.5, 0.75, 1)] == ["", "▏", "█", "█▌", "██"]


def test_the_end_of_a_long_name_goes_before_a_column_does():
    rows = [StackRow("global_average_pool2d_1", "", (32,), 0, 12), StackRow("dense_1", "64 relu", (64,), 4160, 8256)]
    columns = fit(rows, 40)
    assert columns.parameters
    lines = [columns.line(cells(row)) for row in rows]
    assert lines[0].startswith("global_avera")
    assert "…" in lines[0]
    assert lines[1].startswith("dense_1")
    assert "4,160" in lines[1]
    assert {len(line) for line in lines} == {40}


def test_a_name_is_whole_where_there_is_room():
    rows = [StackRow("global_average_pool2d_1", "", (32,), 0, 12)]
    assert "global_average_pool2d_1" in fit(rows, 80).line(cells(rows[0]))
