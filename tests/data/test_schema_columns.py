"""CSV files read by the names a network has learnt."""

from pathlib import Path

import numpy as np
import pytest

from nntui.data.errors import DataError
from nntui.data.input_schema import InputSchema
from nntui.data.readers import csv_table as table
from nntui.data.readers import csv_text
from nntui.data.readers.outline import RawData

CITIES = InputSchema(("city=Oslo", "city=Rome", "size"), ("cold", "warm"), "climate")


def read(folder: Path, text: str, schema: InputSchema = CITIES, target: str | None = None) -> RawData:
    path = folder / "t.csv"
    path.write_text(text)
    task = "classification" if schema.classes else "regression"
    if schema.features:
        assert table.outline(path, target, task, schema).features == schema.features
    return table.read(path, target, task, schema)


def refused(folder: Path, text: str, schema: InputSchema = CITIES) -> str:
    with pytest.raises(DataError) as error:
        read(folder, text, schema)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_category_that_does_not_occur_is_0_everywhere(tmp_path: Path) -> None:
    raw = read(tmp_path, "city,size,climate\nOslo,2,cold\nOslo,3,warm\n")
    np.testing.assert_array_equal(raw.x, [[1, 0, 2], [1, 0, 3]])
    np.testing.assert_array_equal(raw.y, [0, 1])


def test_columns_and_the_target_may_stand_anywhere(tmp_path: Path) -> None:
    raw = read(tmp_path, "climate,size,city\ncold,2,Rome\nwarm,3,Oslo\n")
    np.testing.assert_array_equal(raw.x, [[0, 1, 2], [1, 0, 3]])
    np.testing.assert_array_equal(raw.y, [0, 1])


def test_columns_without_names_are_taken_as_they_come(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, "Rome,2,cold\nRome,3,cold\n").x, [[0, 1, 2], [0, 1, 3]])
    nameless = InputSchema(("column_1=Oslo", "column_1=Rome", "column_2"), ("cold", "warm"), "column_3")
    np.testing.assert_array_equal(read(tmp_path, "city,size,climate\nRome,2,cold\n", nameless).x, [[0, 1, 2]])
    assert "has 3 inputs; the network was trained on 2" in refused(tmp_path, "Rome,2,3,cold\n")


def test_numbers_are_categories_where_they_were(tmp_path: Path) -> None:
    schema = InputSchema(("zip=07", "zip=A1"), (), "price")
    raw = read(tmp_path, "zip,price\n07,1.5\n07,2.5\n", schema)
    np.testing.assert_array_equal(raw.x, [[1, 0], [1, 0]])


def test_an_equals_sign_may_belong_to_the_name_of_a_column(tmp_path: Path) -> None:
    schema = InputSchema(("a", "a=b", "c=d=e", "c=d=f"), (), "y")
    raw = read(tmp_path, "a=b,a,c=d,y\n1,2,f,0\n", schema)
    np.testing.assert_array_equal(raw.x, [[2, 1, 0, 1]])
    assert "it lacks 'a=b'" in refused(tmp_path, "a,c=d,y\n2,f,0\n", schema)


def test_long_categories_are_known_by_what_is_kept_of_them(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"c,y\n{'long ' * 20},1\nshort,2\n")
    schema = InputSchema(table.outline(path, None, "regression").features, (), "y")
    np.testing.assert_array_equal(read(tmp_path, f"c,y\n{'long ' * 20},1\n", schema).x, [[1, 0]])
    path.write_text(f"c,y\n{'long ' * 20}1,1\n{'long ' * 20}2,2\n")
    schema = InputSchema(table.outline(path, None, "regression").features, (), "y")
    assert "two values of column 'c' that the network knows are too alike" in refused(tmp_path, "c,y\na,1\n", schema)


@pytest.mark.parametrize(
    ("classes", "cells", "labels"),
    [
        (("2", "9", "10"), ["9", "10.0", "9"], ["9", "10", "9"]),
        (("02", "2", "x"), ["02", "02"], ["02", "02"]),
        (("0.5", "x"), ["x", ".5"], ["x", "0.5"]),
        (("a", "b"), ["c", "a"], ["c", "a"]),
    ],
)
def test_classes_are_named_as_the_network_names_them(
    tmp_path: Path, classes: tuple[str, ...], cells: list[str], labels: list[str]
) -> None:
    schema = InputSchema(("x",), classes, "y")
    raw = read(tmp_path, "x,y\n" + "".join(f"1,{cell}\n" for cell in cells), schema)
    outline = table.outline(tmp_path / "t.csv", None, "classification", schema)
    assert [outline.classes[label] for label in raw.y] == labels


def test_without_names_to_go_by_the_look_of_the_columns_counts(tmp_path: Path) -> None:
    raw = read(tmp_path, "city,size,climate\nOslo,2,cold\nRome,3,warm\n", InputSchema((), ("cold", "warm")))
    np.testing.assert_array_equal(raw.x, [[1, 0, 2], [0, 1, 3]])


def test_an_unknown_category_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "_CELLS", 6)
    text = "city,size,climate\n" + "Rome,1,warm\n" * 5 + "Paris,2,cold\n"
    words = "t.csv, column 'city', line 7: the network does not know 'Paris'; it knows 'Oslo', 'Rome'"
    assert refused(tmp_path, text) == f"data.source: {words}"
    many = "city,size,climate\n" + "".join(f"{row},1,warm\n" for row in range(1100))
    assert "column 'city', line 2: the network does not know '0'" in refused(tmp_path, many)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size,climate\n1,warm\n", "it lacks 'city'"),
        ("town,size,climate\nRome,1,warm\n", "it lacks 'city' and also has 'town'"),
        ("city,size,id,climate\nRome,1,7,warm\n", "it also has 'id'"),
        ("city,size,climate\nRome,big,warm\n", "column 'size', line 2: 'big' is not a finite"),
        ("city,size,climate\nRome,,warm\n", "1 cell is empty"),
        ("city,size\nRome,1\n", "data.target: t.csv has no target column 'climate'; its columns are 'city', 'size'"),
        ("size,city\n1,Rome\n", "data.target: t.csv has no target column 'climate'"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_a_target_whose_name_is_not_known_is_missing_where_the_last_column_is_an_input(tmp_path: Path) -> None:
    words = refused(tmp_path, "city,size\nRome,1\n", InputSchema(CITIES.features, CITIES.classes))
    assert words == "data.target: t.csv has no target column: its last column, 'size', is an input of the network"
