import os
import shutil
from pathlib import Path

import pytest

from nntui.runs.directory import RunsError
from nntui.runs.location import HeldDirectory


@pytest.fixture
def held(tmp_path):
    (tmp_path / "a").mkdir()
    directory = HeldDirectory(tmp_path / "a")
    yield directory
    directory.close()


def test_an_unmoved_directory_has_its_path(held, tmp_path):
    assert held.find() == tmp_path / "a"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux says where an open directory went")
def test_a_renamed_directory_is_found_and_so_is_one_whose_parent_was_renamed(held, tmp_path):
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "a").mkdir()
    assert held.find() == tmp_path / "b"
    (tmp_path / "c").mkdir()
    (tmp_path / "b").rename(tmp_path / "c" / "d (deleted)")
    assert held.find() == tmp_path / "c" / "d (deleted)"


def test_a_deleted_directory_is_nowhere_even_when_another_has_its_name(held, tmp_path):
    shutil.rmtree(tmp_path / "a")
    assert held.find() is None
    (tmp_path / "a").mkdir()
    (tmp_path / "a (deleted)").mkdir()
    assert held.find() is None


def test_a_relative_path_is_found_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    directory = HeldDirectory(Path("a"))
    os.chdir("/")
    assert directory.find() == tmp_path / "a"
    directory.close()


def test_anything_but_a_directory_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    for name in ("file", "none"):
        with pytest.raises(RunsError, match=name):
            HeldDirectory(tmp_path / name)
