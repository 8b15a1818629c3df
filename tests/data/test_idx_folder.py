"""Folders of IDX files."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.data.errors import DataError
from nntui.data.readers import idx_folder
from nntui.data.readers.idx import read_array


def packed(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(folder: Path, split: str, images: np.ndarray, labels: np.ndarray, zipped: bool = True) -> None:
    for name, array in ((f"{split}-images-idx3-ubyte", images), (f"{split}-labels-idx1-ubyte", labels)):
        content = packed(array.astype(np.uint8))
        (folder / (name + ".gz" * zipped)).write_bytes(gzip.compress(content) if zipped else content)


def pixels(count: int, height: int = 3, width: int = 2) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, height, width))


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as error:
        idx_folder.read(folder, None, None)
    assert str(error.value).isprintable()
    return str(error.value)


@pytest.mark.parametrize("zipped", [True, False])
def test_train_and_test_as_the_family_has_them(tmp_path: Path, zipped: bool) -> None:
    train, test = pixels(6), pixels(4)
    write(tmp_path, "train", train, np.array([3, 1, 1, 3, 3, 10]), zipped)
    write(tmp_path, "t10k", test, np.array([10, 1, 4, 3]), zipped)
    outline = idx_folder.outline(tmp_path, None, None)
    assert (outline.input_shape, outline.rows, outline.val_rows) == ((3, 2, 1), 6, 4)
    assert (outline.classes, outline.class_counts) == (("1", "3", "4", "10"), (2, 3, 0, 1))
    raw = idx_folder.read(tmp_path, None, None)
    assert raw.own_val is not None
    np.testing.assert_array_equal(raw.x[..., 0], train)
    np.testing.assert_array_equal(raw.own_val[0][..., 0], test)
    np.testing.assert_array_equal(raw.y, [1, 0, 0, 1, 1, 3])
    np.testing.assert_array_equal(raw.own_val[1], [3, 0, 2, 1])
    assert raw.x.dtype == np.uint8


def test_folder_without_test_files_brings_no_split(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(3), np.array([0, 1, 2]))
    assert idx_folder.outline(tmp_path, None, None).val_rows is None
    assert idx_folder.read(tmp_path, None, None).own_val is None


def test_file_both_plain_and_zipped_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(2), np.array([0, 1]), zipped=True)
    write(tmp_path, "train", pixels(3), np.array([0, 1, 1]), zipped=False)
    assert len(idx_folder.read(tmp_path, None, None).x) == 3


def test_answer_follows_the_files(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(2), np.array([0, 1]))
    assert idx_folder.outline(tmp_path, None, None).rows == 2
    write(tmp_path, "train", pixels(5), np.array([0, 1, 1, 0, 0]))
    assert idx_folder.outline(tmp_path, None, None).rows == 5


def test_zero_images(tmp_path: Path) -> None:
    write(tmp_path, "train", np.zeros((0, 3, 2)), np.zeros(0))
    assert idx_folder.outline(tmp_path, None, None).rows == 0


def test_missing_files_are_named(tmp_path: Path) -> None:
    assert "holds no IDX files; expected train-images-idx3-ubyte" in refused(tmp_path)
    write(tmp_path, "train", pixels(2), np.array([0, 1]))
    (tmp_path / "train-labels-idx1-ubyte.gz").rename(tmp_path / "t10k-labels-idx1-ubyte.gz")
    assert "no train-labels-idx1-ubyte" in refused(tmp_path)
    write(tmp_path, "train", pixels(2), np.array([0, 1]))
    assert "no t10k-images-idx3-ubyte" in refused(tmp_path)


def test_two_sets_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path, "emnist-letters-train", pixels(2), np.array([0, 1]))
    assert idx_folder.outline(tmp_path, None, None).rows == 2
    write(tmp_path, "emnist-digits-train", pixels(2), np.array([0, 1]))
    assert "more than one set" in refused(tmp_path)


def test_counts_and_sizes_must_agree(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(3), np.array([0, 1]))
    assert "has 3 images, but there are 2 labels" in refused(tmp_path)
    write(tmp_path, "train", pixels(2), np.array([0, 1]))
    write(tmp_path, "t10k", pixels(2, 5, 5), np.array([0, 1]))
    assert "pixels, the test images (5, 5)" in refused(tmp_path)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an IDX file"),
        (b"\0\0\x08", "not an IDX file"),
        (b"PK\x03\x04", "not an IDX file (it starts with 50 4b 03 04)"),
        (struct.pack(">HBB3I", 0, 8, 3, 2, 2, 2)[:9], "cut off within its header"),
        (struct.pack(">HBB3I", 0, 0x0D, 3, 2, 2, 2), "type 0x0d, expected unsigned bytes"),
        (struct.pack(">HBBI", 0, 8, 1, 2) + b"ab", "has 1 dimensions, expected 3"),
        (struct.pack(">HBB3I", 0, 8, 3, 2, 2, 2) + b"1234567", "claims 8 bytes of data, it holds 7"),
        (struct.pack(">HBB3I", 0, 8, 3, 2, 2, 2) + b"123456789", "claims 8 bytes of data, it holds more"),
        (struct.pack(">HBB3I", 0, 8, 3, *[2**32 - 1] * 3) + b"12", "header claims 79,228,162,458,924,105,385,"),
    ],
)
def test_headers_that_lie(tmp_path: Path, content: bytes, words: str, zipped: bool) -> None:
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(DataError) as error:
        read_array(path, 3)
    assert words in str(error.value)


def test_claimed_gigabytes_are_refused_before_they_are_allocated(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(2), np.array([0, 1]), zipped=False)
    images = tmp_path / "train-images-idx3-ubyte"
    for content in (
        struct.pack(">HBB3I", 0, 8, 3, 1000, 1000, 2000) + bytes(100),
        gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 1000, 1000, 2000) + bytes(100)),
        gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2, 3, 2) + bytes(30_000_000)),
    ):
        images.write_bytes(content)
        tracemalloc.start()
        try:
            with pytest.raises(DataError):
                read_array(images, 3)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1_000_000


def test_gzip_of_several_parts_is_one_file(tmp_path: Path) -> None:
    content = packed(pixels(4).astype(np.uint8))
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(content[:21]) + gzip.compress(content[21:]))
    np.testing.assert_array_equal(read_array(path, 3), pixels(4))


@pytest.mark.parametrize("keep", [5, 12, -9, -1])
def test_gzip_cut_off(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(packed(pixels(40).astype(np.uint8)))[:keep])
    with pytest.raises(DataError, match=r"cut off|damaged"):
        read_array(path, 3)


def test_gzip_with_a_wrong_checksum(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(packed(pixels(40).astype(np.uint8))))
    content[-6] ^= 1
    (tmp_path / "images").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        read_array(tmp_path / "images", 3)


@given(st.data())
def test_any_damage_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = packed(pixels(3).astype(np.uint8))
    content = bytearray(gzip.compress(content) if data.draw(st.booleans()) else content)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("idx") / "images"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        array = read_array(path, 3)
    except DataError:
        return
    assert array.dtype == np.uint8
    assert array.ndim == 3


def test_target_makes_no_sense_for_images(tmp_path: Path) -> None:
    write(tmp_path, "train", pixels(2), np.array([0, 1]))
    with pytest.raises(DataError, match=r"data\.target"):
        idx_folder.outline(tmp_path, "label", None)
