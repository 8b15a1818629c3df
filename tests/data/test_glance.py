from pathlib import Path

import numpy as np
import pytest

from nntui.data import glance as module
from nntui.data.errors import DataError
from nntui.data.glance import glance
from nntui.data.settings import DataSettings


def look(source: str, base: Path = Path(), **settings):
    return glance(DataSettings(source=source, **settings), base=base, seed=0)


def test_classes_come_by_turns():
    found = look("digits")
    assert found.input_shape == (8, 8, 1)
    assert [found.target_text(place) for place in range(12)] == [*"0123456789", "0", "1"]


def test_the_same_samples_each_time_as_they_stand_in_the_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,kind\n" + "".join(f"{row},{row * 10},{'xy'[row % 2]}\n" for row in range(100)))
    found, again = look("t.csv", tmp_path), look("t.csv", tmp_path, standardize=True)
    assert found.x[:, 0].tolist() == found.rows.tolist() == again.rows.tolist()
    assert (found.x[:, 1] == 10 * found.x[:, 0]).all()
    assert found.features == ("a", "b")
    assert found.target == "kind"
    assert found.target_text(0) == "x"


def test_a_plane_has_many_points_and_a_table_few_rows():
    assert len(look("spiral").x) == 1000
    assert len(look("breast_cancer").x) == 64


def test_targets_are_numbers():
    found = look("diabetes")
    assert found.target_text(0) == f"{found.y[0, 0]:.4g}"
    assert len(np.unique(found.rows)) == 64


def test_a_source_that_is_too_large_says_so(tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_text("a,kind\n1,x\n2,y\n")
    monkeypatch.setattr(module, "LARGEST", 5)
    with pytest.raises(DataError, match="too much for a glance"):
        look("t.csv", tmp_path)
