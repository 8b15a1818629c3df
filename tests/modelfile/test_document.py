"""Model files on disk: whatever is there, one line says why it cannot be used; writing replaces whole files only."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from nntui.modelfile.document import LARGEST_FILE, dump_document, read_document, write_document
from nntui.modelfile.problems import SpecError
from tests.modelfile.drafts import GOOD


def refused(path) -> str:
    with pytest.raises(SpecError) as raised:
        read_document(path)
    (problem,) = raised.value.problems
    assert problem.path == ""
    assert str(problem).isprintable()
    return str(problem)


def test_missing(tmp_path):
    assert refused(tmp_path / "no.toml") == f"{tmp_path / 'no.toml'} does not exist"


def test_a_directory(tmp_path):
    assert refused(tmp_path) == f"{tmp_path} is a directory; expected a model file (TOML)"


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == f"{tmp_path / 'pipe'} is not a regular file; expected a model file (TOML)"


def test_an_endless_device(tmp_path):
    (tmp_path / "link.toml").symlink_to("/dev/zero")
    assert refused(tmp_path / "link.toml").endswith("is not a regular file; expected a model file (TOML)")


def test_no_permission(open_directory, as_nobody):
    path = open_directory / "secret.toml"
    path.write_text("name = 'x'")
    path.chmod(0)
    with as_nobody():
        assert refused(path) == f"{path} cannot be read: Permission denied"


def test_through_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "m.toml").endswith("cannot be read: Not a directory")


def test_a_nul_in_the_name(tmp_path):
    assert refused(tmp_path / "a\0b").endswith(r"a\x00b cannot be read: embedded null byte")


def test_a_name_too_long(tmp_path):
    assert "cannot be read" in refused(tmp_path / ("x" * 300)) or len(refused(tmp_path / ("x" * 300))) == 400


def test_a_name_that_would_move_the_cursor(tmp_path):
    assert refused(tmp_path / "a\x1b[2J\nb") == rf"{tmp_path}/a\x1b[2J\nb does not exist"


def test_200_megabytes(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    assert refused(path) == f"{path} is larger than 1,000,000 bytes, which no model file is"


def test_the_largest_file_there_may_be(tmp_path):
    path = tmp_path / "large.toml"
    path.write_text("name = 'x'\n" + "#" * (LARGEST_FILE - 11))
    assert read_document(path) == {"name": "x"}


@pytest.mark.parametrize(
    ("raw", "why", "where"),
    [
        (b"name = '\xff'", "is not UTF-8 text", "(byte 8)"),
        ("name = 'x'".encode("utf-16"), "is not UTF-8 text", "(byte 0)"),
        (b"\0\0\0", "is not valid TOML: ", "(at line 1, column 1)"),
        (b"name = 'a\0b'", "is not valid TOML: ", "(at line 1, column 10)"),
        (b"name = ", "is not valid TOML: ", "(at end of document)"),
        (b"a = 1\na = 2\n", "is not valid TOML: ", "(at line 2, column 6)"),
    ],
)
def test_not_toml(tmp_path, raw, why, where):
    (tmp_path / "m.toml").write_bytes(raw)
    line = refused(tmp_path / "m.toml")
    assert line.startswith(f"{tmp_path / 'm.toml'} {why}")
    assert line.endswith(where)


def test_an_empty_file_is_an_empty_draft(tmp_path):
    (tmp_path / "m.toml").write_bytes(b"")
    assert read_document(tmp_path / "m.toml") == {}


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    (tmp_path / "m.toml").write_bytes(b"\xef\xbb\xbfname = 'x'\r\n[data]\r\nsource = 'iris'\r\n")
    assert read_document(tmp_path / "m.toml") == {"name": "x", "data": {"source": "iris"}}


def test_written_and_read_back(tmp_path):
    path = tmp_path / "m.toml"
    write_document(GOOD, path)
    assert read_document(path) == GOOD
    assert path.read_text() == dump_document(GOOD)
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.toml"]


def test_permissions_and_links_stay(tmp_path):
    (tmp_path / "m.toml").write_text("")
    (tmp_path / "m.toml").chmod(0o600)
    (tmp_path / "link.toml").symlink_to("m.toml")
    write_document(GOOD, tmp_path / "link.toml")
    assert (tmp_path / "link.toml").is_symlink()
    assert read_document(tmp_path / "m.toml") == GOOD
    assert stat.S_IMODE((tmp_path / "m.toml").stat().st_mode) == 0o600
    write_document(GOOD, tmp_path / "new.toml")
    assert stat.S_IMODE((tmp_path / "new.toml").stat().st_mode) == 0o644


def test_a_read_only_directory_keeps_the_old_file(open_directory, as_nobody):
    path = open_directory / "m.toml"
    path.write_text("old")
    path.chmod(0o444)
    open_directory.chmod(0o555)
    with as_nobody(), pytest.raises(PermissionError):
        write_document(GOOD, path)
    open_directory.chmod(0o755)
    assert path.read_text() == "old"
    assert [entry.name for entry in open_directory.iterdir()] == ["m.toml"]


def test_a_full_disk_keeps_the_old_file(tmp_path, no_room):
    path = tmp_path / "m.toml"
    path.write_text("old")
    with no_room(), pytest.raises(OSError, match="too large"):
        write_document(GOOD, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.toml"]


def test_a_directory_in_the_way(tmp_path):
    (tmp_path / "m.toml").mkdir()
    with pytest.raises(OSError, match=r"m\.toml"):
        write_document(GOOD, tmp_path / "m.toml")
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.toml"]


def test_unwritable_values_do_not_prevent_writing(tmp_path):
    write_document({"name": "a\udc80b", "data": None}, tmp_path / "m.toml")
    assert read_document(tmp_path / "m.toml") == {"name": "a\ufffdb"}


def test_saving_keeps_the_comments_of_the_file(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(
        """# Mine, and dear to me.
name = "x"

[data]
source = "iris"  # the flowers
validation = 0.2

[[layers]]
# the only one
type = "dense"

[training]
epochs = 5 # enough
"""
    )
    draft = read_document(path)
    draft["training"]["epochs"] = 9
    draft["training"]["optimizer"] = {"type": "adam"}
    del draft["data"]["validation"]
    draft["layers"].insert(0, {"type": "dropout", "rate": 0.5})
    write_document(draft, path)
    assert read_document(path) == draft
    text = path.read_text()
    for comment in ("# Mine, and dear to me.", "# the flowers", "# enough", "# the only one"):
        assert comment in text


def test_writing_removes_temporary_files_of_a_killed_process(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    gone, written = tmp_path / f".m.toml.{ended.pid}.abc.tmp", tmp_path / f".m.toml.{os.getpid()}.abc.tmp"
    others = [tmp_path / ".n.toml.1.abc.tmp", tmp_path / ".m.toml.tmp"]
    for path in (gone, written, *others):
        path.touch()
    write_document(GOOD, tmp_path / "m.toml")
    assert set(tmp_path.iterdir()) == {tmp_path / "m.toml", written, *others}
