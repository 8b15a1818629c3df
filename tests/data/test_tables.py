"""CSV files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.data.catalogue import describe
from nntui.data.errors import DataError
from nntui.data.readers import csv_table as table
from nntui.data.readers import csv_text
from nntui.data.readers.outline import Outline, RawData
from nntui.data.settings import DataSettings


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "t.csv"


def both(path: Path, text: str | bytes, target: str | None = None, task: str | None = None) -> tuple[Outline, RawData]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return table.outline(path, target, task), table.read(path, target, task)


def refused(path: Path, text: str | bytes, target: str | None = None, task: str | None = None) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DataError) as first:
        table.outline(path, target, task)
    with pytest.raises(DataError) as second:
        table.read(path, target, task)
    assert str(first.value) == str(second.value)
    assert "\n" not in str(first.value)
    return str(first.value)


def test_text_labels_become_classes_in_order(csv_file: Path) -> None:
    outline, raw = both(csv_file, "a,b,kind\n1,2,red\n3,4.5,blue\n-1e3,0,red\n")
    assert outline == Outline(
        "classification", (2,), 3, ("blue", "red"), (1, 2), (), ("a", "b"), target="kind", spread=1003 / 4.5
    )
    np.testing.assert_array_equal(raw.x, [[1, 2], [3, 4.5], [-1000, 0]])
    np.testing.assert_array_equal(raw.y, [1, 0, 1])


def test_target_by_name_is_taken_out_of_the_inputs(csv_file: Path) -> None:
    outline, raw = both(csv_file, "a,b,c\n1.5,0.5,7\n2.25,1.5,8\n", target="b")
    assert (outline.task, outline.targets, outline.features) == ("regression", ("b",), ("a", "c"))
    np.testing.assert_array_equal(raw.y, [[0.5], [1.5]])
    np.testing.assert_array_equal(raw.x, [[1.5, 7], [2.25, 8]])


def test_numeric_labels_sort_as_numbers(csv_file: Path) -> None:
    outline, raw = both(csv_file, "x,digit\n" + "".join(f"0,{label}\n" for label in (10, 9, 2, "2.0", 9, 10)))
    assert outline.classes == ("2", "9", "10")
    np.testing.assert_array_equal(raw.y, [2, 1, 0, 0, 1, 2])


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ("0 1 1 0", "classification"),
        ("1 2 3 4", "regression"),
        ("0.5 1 1 0.5", "regression"),
        (" ".join(map(str, list(range(20)) * 2)), "classification"),
        (" ".join(map(str, list(range(21)) * 2)), "regression"),
    ],
)
def test_task_by_the_look_of_the_target(csv_file: Path, values: str, task: str) -> None:
    text = "x,y\n" + "".join(f"1,{value}\n" for value in values.split())
    outline, raw = both(csv_file, text)
    assert outline.task == task
    assert raw.y.shape == ((outline.rows,) if task == "classification" else (outline.rows, 1))


def test_task_can_be_said(csv_file: Path) -> None:
    text = "x,y\n1,0\n1,1\n1,0\n1,1\n"
    assert both(csv_file, text, task="regression")[0].targets == ("y",)
    outline, raw = both(csv_file, "x,y\n1,2.5\n1,0.5\n1,10\n", task="classification")
    assert outline.classes == ("0.5", "2.5", "10")
    np.testing.assert_array_equal(raw.y, [1, 0, 2])
    assert "line 2: 'a' is not a finite" in refused(csv_file, "x,y\n1,a\n2,b\n", task="regression")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_endings_and_byte_order_mark(csv_file: Path, delimiter: str, ending: str, mark: bytes) -> None:
    lines = ["größe, b ,kind", "1,2,x", "", "3, 4,y", ",,"]
    text = ending.join(line.replace(",", delimiter) for line in lines)
    outline, raw = both(csv_file, mark + text.encode())
    assert outline.features == ("größe", "b")
    np.testing.assert_array_equal(raw.x, [[1, 2], [3, 4]])


def test_quoted_cells_with_delimiter_quote_and_line_break(csv_file: Path) -> None:
    outline, raw = both(csv_file, 'x,"the ""kind"", here"\r\n1,"a, b"\r\n2,"c\r\nd"\r\n"3","a, b"\r\n')
    assert outline.classes == ("a, b", "c\ufffd\ufffdd")
    np.testing.assert_array_equal(raw.y, [0, 1, 0])
    assert table.outline(csv_file, 'the "kind", here', None).task == "classification"


def test_table_without_header(csv_file: Path) -> None:
    outline, raw = both(csv_file, "5.1,3.5,setosa\n4.9,3.0,other\n")
    assert (outline.features, outline.rows) == (("column_1", "column_2"), 2)
    assert raw.x[0].tolist() == [5.1, 3.5]


def test_numbers_as_names_of_columns(csv_file: Path) -> None:
    assert both(csv_file, "x,z,1\n2,2,3.5\n4,4,5\n")[0].targets == ("1",)


@pytest.mark.parametrize("text", ["1,2\n", "1,2"])
def test_one_row(csv_file: Path, text: str) -> None:
    outline, raw = both(csv_file, text)
    assert (outline.rows, outline.features, raw.x.tolist()) == (1, ("column_1",), [[1.0]])


def test_repeated_names_are_told_apart(csv_file: Path) -> None:
    text = "a,a,a_2,,y\n1,2,3,4,x\n1,2,3,4,z\n"
    assert both(csv_file, text)[0].features == ("a", "a_3", "a_2", "column_4")
    assert "data.target: t.csv has more than one column 'a'" in refused(csv_file, text, target="a")


def test_text_inputs_become_one_input_a_value(csv_file: Path) -> None:
    outline, raw = both(csv_file, "n,colour,y\n1,red,0.5\n2,blue,1.5\n3,red,2.5\n")
    assert outline.features == ("n", "colour=blue", "colour=red")
    np.testing.assert_array_equal(raw.x, [[1, 0, 1], [2, 1, 0], [3, 0, 1]])


def test_category_codes_hold_across_blocks(csv_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "_CELLS", 6)
    _, raw = both(csv_file, "c,y\n" + "".join(f"{'abcde'[row % 5]},{row}\n" for row in range(50)))
    np.testing.assert_array_equal(raw.x.argmax(axis=1), np.arange(50) % 5)
    np.testing.assert_array_equal(raw.y[:, 0], np.arange(50))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "t.csv is empty"),
        ("\n\n  \n", "t.csv is empty"),
        ("a,b\n", "has a header and no rows"),
        ("a\n1\n2\n", "one column only"),
        ("a,b,y\n1,2,3\n1,2\n", "line 3: 2 cells, expected 3"),
        ("a,b,y\n1,2,3.5\n,2,4\n5,6,7\n", "t.csv: 1 cell is empty, in line 3, column 'a'; fill"),
        ("a,y\n1,3.5\n2,\n", "t.csv: 1 cell is empty, in line 3, column 'y'; fill"),
        (
            "a,b,y\n1,2,0.5\n1,,\n,2,3\n\n4,5,6\n,7,8\n",
            "t.csv: 4 cells in 3 of 5 rows are empty, the first in line 3, column 'b'; fill them or remove their rows",
        ),
        ("a,y\n1,1\n2,2\nNA,3\n4,4\n?,5\n", "'NA' is not a finite 32-bit number; 2 cells of the column are missing"),
        ("a,y\n1,1\n2,2\nn/a,3\n", "column 'a', line 4: 'n/a' is not a finite"),
        ("a,y\n1,1\n2,2\nnan,3\n", "'nan' is not a finite"),
        ("a,y\n1,1\n2,2\n-inf,3\n", "'-inf' is not a finite"),
        ("a,y\n1,1\n2,2\n1e39,3\n", "'1e39' is not a finite 32-bit number"),
        ("a,y\n1e39,1\n1e40,2\n3,3\n", "line 2: '1e39' is not a finite 32-bit number"),
        ("a,y\n1,1\n2,2\n1_0,3\n", "'1_0' is not a finite"),
        ("a;y\n1;1.5\n2;2\n1,5;3\n", "decimals are written with a point"),
        ("a,y\n1,x\n2,\x00z\n", "zero bytes"),
        ("a,y\n" + "".join(f"name{row},1\n" for row in range(60)), "more than 50 different values (line 2: 'name0')"),
        ("a,y\n" + "".join(f"1,name{row}\n" for row in range(1100)), "more than 1000 different values"),
        (b"a,y\n1,caf\xe9\n", "is not UTF-8 text (byte 0xe9)"),
        (b"\xff\xfea\x00,\x00", "is not UTF-8"),
        ('a,y\n1,"' + "x" * 200_000, "look for a quote left open"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(csv_file: Path, text: str | bytes, words: str) -> None:
    message = refused(csv_file, text)
    assert words in message
    assert message.startswith("data.")


def test_empty_cells_are_counted_across_blocks(csv_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "_CELLS", 6)
    rows = ["1,2" if row % 7 else ",2" for row in range(50)]
    assert "8 cells in 8 of 50 rows are empty, the first in line 2," in refused(csv_file, "a,y\n" + "\n".join(rows))


def test_the_spread_of_columns_is_that_of_their_ranges(csv_file: Path) -> None:
    # 'same' has no range, text has none, and the target is no input.
    text = "a,b,same,kind,y\n" + "".join(f"{n},{n / 100},7,{'uv'[n % 2]},{n * 1e6}\n" for n in range(20))
    assert both(csv_file, text)[0].spread == pytest.approx(100)
    assert both(csv_file, "a,y\n7,1\n7,2\n")[0].spread == 1


def test_unknown_target_suggests_the_nearest(csv_file: Path) -> None:
    text = "length,species\n1,a\n2,b\n"
    assert refused(csv_file, text, target="speces").startswith(
        "data.target: t.csv has no column 'speces'; did you mean"
    )
    assert "its columns are 'length', 'species'" in refused(csv_file, text, target="qqq")


def test_line_numbers_count_lines_of_the_file(csv_file: Path) -> None:
    assert "line 6" in refused(csv_file, 'a,y\n1,"x\nx"\n\n2,x\nbad,y\n3,x\n')


def test_header_longer_than_the_sample(csv_file: Path) -> None:
    names = [f"{'long name ' * 4}{index}" for index in range(3000)]
    outline, raw = both(csv_file, ",".join(names) + "\n" + ",".join(["1.5"] * 3000) + "\n")
    assert outline.targets == (names[-1],)
    assert raw.x.shape == (1, 2999)


def test_too_large_a_table_is_refused_unread(csv_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MAX_TABLE_BYTES", 10)
    assert "save it as NPZ" in refused(csv_file, "a,b\n1,2\n3,4\n")


@given(st.binary(max_size=200) | st.text("0123456789.,;\t\n\"'aeE+- _\r\ufeff", max_size=120).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("table") / "t.csv"
    path.write_bytes(content)
    try:
        outline, raw = table.outline(path, None, None), table.read(path, None, None)
    except DataError:
        return
    assert raw.x.shape == (outline.rows, *outline.input_shape)
    assert np.isfinite(raw.x).all()
    assert len(raw.y) == outline.rows == len(raw.x) >= 1
    if outline.task == "classification":
        assert tuple(np.bincount(raw.y, minlength=len(outline.classes))) == outline.class_counts


def test_columns_of_very_different_scales_get_a_hint_unless_standardized(csv_file: Path) -> None:
    csv_file.write_text("a,b,y\n" + "".join(f"{n},{n * 1234.5},{n % 3 / 7}\n" for n in range(30)))
    settings = DataSettings(source=csv_file.name)
    words = describe(settings, base=csv_file.parent).hint
    assert words == "columns differ by a factor of 1,000: data.standardize = true"
    assert describe(replace(settings, standardize=True), base=csv_file.parent).hint == ""
    csv_file.write_text("a,b,y\n" + "".join(f"{n},{n * 50},{n % 3 / 7}\n" for n in range(30)))
    assert describe(settings, base=csv_file.parent).hint == ""
