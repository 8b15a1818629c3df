"""NPZ files."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.data.errors import DataError
from nntui.data.readers import npz
from nntui.data.readers.outline import Outline, RawData


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "d.npz"


def both(path: Path, task: str | None = None, **arrays: Any) -> tuple[Outline, RawData]:
    np.savez(path, **arrays)
    return npz.outline(path, None, task), npz.read(path, None, task)


def refused(path: Path, task: str | None = None, **arrays: Any) -> str:
    if arrays:
        np.savez(path, **arrays)
    with pytest.raises(DataError) as error:
        npz.read(path, None, task)
    assert str(error.value).isprintable()
    return str(error.value)


def member(header: bytes, data: bytes = b"") -> bytes:
    padded = header.ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + data


def test_names_as_keras_has_them_bring_their_split(file: Path) -> None:
    x, y = np.arange(24, dtype=np.uint8).reshape(6, 2, 2), np.array([5, 7, 5, 7, 7, 7])
    np.savez_compressed(file, x_train=x, y_train=y, x_test=x[:2], y_test=np.array([7, 9]))
    outline, raw = npz.outline(file, None, None), npz.read(file, None, None)
    assert (outline.input_shape, outline.rows, outline.val_rows) == ((2, 2, 1), 6, 2)
    assert (outline.classes, outline.class_counts) == (("5", "7", "9"), (2, 4, 0))
    assert raw.own_val is not None
    assert raw.x.dtype == np.uint8
    np.testing.assert_array_equal(raw.x[..., 0], x)
    np.testing.assert_array_equal(raw.own_val[1], [1, 2])


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<f2", "|b1", ">i4", "<u2", "<f4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_any_kind_and_order(file: Path, dtype: str, order: str) -> None:
    x = np.asarray(np.arange(12).reshape(4, 3) % 5, dtype, order=order)  # pyright: ignore[reportCallIssue, reportArgumentType]
    outline, raw = both(file, X=x, Y=np.array([0.5, 1.5, 2.5, 1e30]))
    assert (outline.task, outline.features, outline.val_rows) == ("regression", ("x1", "x2", "x3"), None)
    np.testing.assert_array_equal(raw.x, x.astype(np.float64))
    assert raw.x.dtype in (np.float32, np.float64)
    assert raw.y.shape == (4, 1)


@pytest.mark.parametrize(
    ("y", "classes", "labels"),
    [
        (np.array(["cat", "ant", "cat"]), ("ant", "cat"), [1, 0, 1]),
        (np.array([b"cat", b"ant", b"cat"]), ("ant", "cat"), [1, 0, 1]),
        (np.array([True, False, True]), ("False", "True"), [1, 0, 1]),
        (np.array([[-1], [3], [-1]], np.int8), ("-1", "3"), [0, 1, 0]),
        (np.array([1.0, 0.0, 0.0]), ("0", "1"), [1, 0, 0]),
        (np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1]]), ("0", "1", "2"), [2, 0, 2]),
    ],
)
def test_classes_in_all_their_forms(file: Path, y: np.ndarray, classes: tuple[str, ...], labels: list[int]) -> None:
    outline, raw = both(file, x=np.zeros((3, 2)), y=y)
    assert (outline.task, outline.classes) == ("classification", classes)
    np.testing.assert_array_equal(raw.y, labels)
    assert raw.y.dtype == np.int64


def test_several_targets(file: Path) -> None:
    outline, raw = both(file, x=np.zeros(3), y=np.arange(6.0).reshape(3, 2))
    assert (outline.task, outline.targets, outline.input_shape) == ("regression", ("target_1", "target_2"), (1,))
    assert raw.x.shape == (3, 1)


def test_task_can_be_said(file: Path) -> None:
    assert both(file, "regression", x=np.zeros((4, 1)), y=np.array([0, 1, 0, 1]))[0].targets == ("target",)
    assert refused(file, "classification", x=np.zeros((2, 1)), y=np.ones((2, 2))).startswith(
        "data.task: y has 2 columns"
    )
    assert refused(file, "regression", x=np.zeros((2, 1)), y=np.array(["a", "b"])).startswith("data.task: y holds text")


def test_pickled_objects_are_never_loaded(file: Path, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    assert "Python objects" in refused(file, x=np.array([Trap()], object), y=np.zeros(1))
    assert "Python objects" in refused(file, x=np.zeros((1, 1)), y=np.array([Trap()], object))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": np.zeros(2), "b": np.zeros(2)}, "holds 'a', 'b'; expected x and y, or x_train"),
        ({"x": np.zeros((3, 2)), "y": np.zeros(2)}, "x has 3 rows and y has 2"),
        ({"x": np.zeros((3, 0)), "y": np.zeros(3)}, "samples without values"),
        ({"x": np.zeros(()), "y": np.zeros(3)}, "shape ()"),
        ({"x": np.zeros((2, 1, 1, 1, 1)), "y": np.zeros(2)}, "expected (rows, features)"),
        ({"x": np.zeros((2, 3, 32, 32)), "y": np.zeros(2)}, "channels in front"),
        ({"x": np.zeros((2, 1)), "y": np.zeros((2, 1, 1))}, "y has shape (2, 1, 1)"),
        ({"x": np.array([["a"], ["b"]]), "y": np.zeros(2)}, "x holds <U1 values"),
        ({"x": np.zeros((2, 1), complex), "y": np.zeros(2)}, "holds complex128 values"),
        ({"x": np.zeros((2, 1)), "y": np.zeros(2, "M8[s]")}, "holds datetime64[s] values"),
        ({"x": np.array([[1, 2], [3, np.nan]]), "y": np.zeros(2)}, "x[1, 1] is nan, which is not a finite number"),
        ({"x": np.array([[1, 2], [-np.inf, 0]], "f4"), "y": np.zeros(2)}, "x[1, 0] is -inf"),
        ({"x": np.array([[1e39]]), "y": np.zeros(1)}, "x[0, 0] is 1e+39, which is too large"),
        ({"x": np.zeros((2, 1)), "y": np.array([0.5, np.nan])}, "y[1] is nan"),
        ({"x": np.zeros((1200, 1)), "y": np.array([str(row) for row in range(1200)])}, "more than 1000 different"),
        ({"x_train": np.zeros((2, 3)), "y_train": [0, 1], "x_test": np.zeros((1, 4)), "y_test": [0]}, "expected alike"),
        (
            {"x_train": np.zeros((2, 3)), "y_train": [0, 1], "x_test": np.zeros((1, 3)), "y_test": ["a"]},
            "y is text in one",
        ),
    ],
)
def test_what_does_not_fit_is_said(file: Path, arrays: dict[str, Any], words: str) -> None:
    assert words in refused(file, **arrays)


def test_no_zip_at_all(file: Path) -> None:
    for content in (b"", b"PK\x03\x04 and no more", b"a,b\n1,2\n"):
        file.write_bytes(content)
        assert "not an NPZ file" in refused(file)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("shape", ["(1000000, 1000)", "(99999999999, 99999999999)", "(-1, 5)", "(True, 2)"])
def test_shapes_that_the_file_cannot_hold(file: Path, packing: int, shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("x.npy", member(header, bytes(64)))
        archive.writestr("y.npy", member(header, bytes(64)))
    assert "array 'x'" in refused(file)


def test_directory_of_the_zip_that_lies_about_sizes(file: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2000000000, 1), }"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", member(header, bytes(1000)))
        archive.writestr("y.npy", member(header, bytes(1000)))
    content = bytearray(file.read_bytes())
    # Uncompressed size stands 24 bytes into each record of the central directory.
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2_000_000_200).to_bytes(4, "little")
    file.write_bytes(content)
    assert "which the file cannot hold" in refused(file)


def test_packings_that_numpy_does_not_use(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.npy", member(b"{}"))
        archive.writestr("y.npy", member(b"{}"))
    assert "np.savez_compressed" in refused(file)


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"(" * 90, b"{'descr': '<f8'}", b"[1]", b"{[]: 1}", b"__import__('os').getcwd()", b"'\\d'", b"'''"],
)
def test_headers_that_are_no_headers(file: Path, header: bytes) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", member(header))
        archive.writestr("y.npy", member(header))
    assert "array 'x': not a NumPy array" in refused(file)


@given(st.data())
def test_any_damage_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    save = data.draw(st.sampled_from([np.savez, np.savez_compressed]))
    save(buffer, x=np.arange(6.0).reshape(3, 2), y=np.array([0, 1, 1]))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("npz") / "d.npz"
    path.write_bytes(content)
    try:
        raw = npz.read(path, None, None)
    except DataError:
        return
    assert len(raw.x) == len(raw.y)
