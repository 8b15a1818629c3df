from pathlib import Path

import pytest

from nntui.runs.free_space import is_full


def test_a_disk_is_full_until_there_is_room(small_disk):
    if not small_disk.mounted:
        # A limit on the size of files fills no disk.
        assert not is_full(small_disk.directory)
        return
    assert not is_full(small_disk.directory)
    with small_disk.full():
        assert is_full(small_disk.directory)
    assert not is_full(small_disk.directory)


@pytest.mark.parametrize("path", ["/proc", "/no/such/place"])
def test_a_place_without_blocks_is_not_full(path):
    assert not is_full(Path(path))
