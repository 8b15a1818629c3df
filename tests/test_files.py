import os
import stat
import threading
from pathlib import Path

import pytest

from nntui.files import NotAFileError, open_at_once, open_regular, write_atomically


def test_a_file_is_replaced_with_the_mode_asked_for_and_nothing_is_left_beside_it(tmp_path: Path):
    path = tmp_path / "a"
    write_atomically(path, b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_atomically(path, b"new", mode=0o644, durable=True)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o644)
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_replace_the_same_file_leave_one_of_their_contents(tmp_path: Path):
    contents = [bytes([number]) * 50_000 for number in range(4)]
    path = tmp_path / "a"
    threads = [threading.Thread(target=write_atomically, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_only_a_regular_file_is_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(NotAFileError, match="fifo"):
        open_regular(tmp_path / "fifo")
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(OSError, match="symbolic link"):
        open_at_once(tmp_path / "link", os.O_RDONLY)
    with os.fdopen(open_regular(tmp_path / "link", follow=True), "rb") as file:
        assert file.read() == b"content"
