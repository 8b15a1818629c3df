"""Bundled files."""

from pathlib import Path

import pytest

from nntui import resources


def test_checkout_has_its_data_at_the_top() -> None:
    assert (resources.datasets_dir() / "iris" / "card.toml").is_file()
    assert resources.models_dir().name == "models"


def test_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    (tmp_path / "bundled" / "datasets").mkdir(parents=True)
    assert resources.datasets_dir() == tmp_path / "bundled" / "datasets"
    assert resources.models_dir() == tmp_path.parent / "models"
