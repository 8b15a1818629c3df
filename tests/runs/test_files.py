import os

import pytest

from nntui.files import temporary_name, write_atomically
from nntui.runs.files import is_out_of_room, sweep


def test_temporary_files_of_killed_writers_are_swept_and_nothing_else(tmp_path):
    mine = [".hidden", "notes.tmp", ".notes.tmp", ".a.12.txt", "events.jsonl"]
    left = [temporary_name(tmp_path / "metrics.csv").name, ".model.toml.77.abc_123.tmp", ".last.safetensors.1.tmp"]
    for name in (*mine, *left):
        (tmp_path / name).touch()
    (tmp_path / ".folder.1.tmp").mkdir()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*mine, ".folder.1.tmp"}
    sweep(tmp_path / "none")


def test_a_link_among_them_goes_and_what_it_points_to_stays(tmp_path):
    (tmp_path / "precious").touch()
    (tmp_path / ".a.1.tmp").symlink_to(tmp_path / "precious")
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_full_disk_is_told_from_other_errors(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", no_room)
    with pytest.raises(OSError, match="No space") as caught:
        write_atomically(tmp_path / "a", b"content")
    assert is_out_of_room(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert not is_out_of_room(OSError(13, "Permission denied"))
    assert not is_out_of_room(ValueError())
