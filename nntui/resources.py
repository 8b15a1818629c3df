"""Where the files live that come with nntui: ready models and ready data."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def models_dir() -> Path:
    """The folder of ready model files: inside an installed package, or at the top of a checkout."""
    return _bundled("models")


def datasets_dir() -> Path:
    """The folder of ready data, one folder a set: inside an installed package, or at the top of a checkout."""
    return _bundled("datasets")


def _bundled(name: str) -> Path:
    installed = _PACKAGE / "bundled" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
