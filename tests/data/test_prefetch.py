"""Pictures inflated ahead: the same as read at leisure, or nothing at all."""

import os
from pathlib import Path

import numpy as np
import pytest

from nntui.data.errors import DataError
from nntui.data.readers.idx import read_array
from nntui.data.readers.idx_content import read_content
from nntui.data.readers.prefetch import prefetch_images, take_prefetched
from tests.data.test_idx_folder import pixels, write

IMAGES = "train-images-idx3-ubyte.gz"


def folder_of_images(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    write(folder, "train", pixels(5), np.arange(5))
    return folder


def test_a_prefetched_file_is_read_once_with_the_same_content(tmp_path: Path) -> None:
    path = folder_of_images(tmp_path) / IMAGES
    prefetch_images("set", tmp_path)
    # By another way to the same file, as a run's own model file names it.
    other_way = tmp_path / "set" / ".." / "set" / IMAGES
    assert take_prefetched(other_way, 3) == read_content(path, 3)
    assert take_prefetched(path, 3) is None
    prefetch_images("set", tmp_path)
    np.testing.assert_array_equal(read_array(path, 3), pixels(5))
    assert take_prefetched(path, 3) is None, "reading has taken it"


def test_a_file_that_changed_meanwhile_is_read_again(tmp_path: Path) -> None:
    folder = folder_of_images(tmp_path)
    prefetch_images("set", tmp_path)
    write(folder, "train", pixels(7), np.arange(7))
    os.utime(folder / IMAGES, ns=(1, 1))
    np.testing.assert_array_equal(read_array(folder / IMAGES, 3), pixels(7))


def test_files_that_will_not_be_read_are_not_prefetched(tmp_path: Path) -> None:
    """A zipped file beside a plain one, two sets in a folder, names that are none."""
    folder = folder_of_images(tmp_path)
    write(folder, "other-train", pixels(3), np.arange(3))
    (folder / "my-images-idx3-ubyte.gz").write_bytes((folder / IMAGES).read_bytes())
    prefetch_images("set", tmp_path)
    assert all(take_prefetched(path, 3) is None for path in folder.iterdir())
    (folder / "other-train-images-idx3-ubyte.gz").unlink()
    (folder / "train-images-idx3-ubyte").write_bytes(b"plain")
    prefetch_images("set", tmp_path)
    assert all(take_prefetched(path, 3) is None for path in folder.iterdir())


def test_a_link_is_the_file_it_leads_to(tmp_path: Path) -> None:
    folder = folder_of_images(tmp_path)
    kept = (folder / IMAGES).rename(tmp_path / "kept")
    (folder / IMAGES).symlink_to(kept)
    prefetch_images("set", tmp_path)
    assert take_prefetched(folder / IMAGES, 3) == read_content(kept, 3)


def test_a_damaged_file_is_told_of_by_whoever_reads_it(tmp_path: Path) -> None:
    path = folder_of_images(tmp_path) / IMAGES
    path.write_bytes(path.read_bytes()[:-12])
    prefetch_images("set", tmp_path)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz: the gzip data"):
        read_array(path, 3)


@pytest.mark.parametrize("source", ["digits", "flowers.csv", "", ".", "~nobody/set", "a\0b", None, 3, ["set"]])
def test_there_is_nothing_to_begin_with_for_anything_else(tmp_path: Path, source: object) -> None:
    prefetch_images(source, tmp_path)
    assert take_prefetched(tmp_path / IMAGES, 3) is None
