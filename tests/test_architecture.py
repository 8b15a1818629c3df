"""The architecture page: what it names is there, and what is there it names."""

import re

from tests.test_walls import PACKAGE

TEXT = (PACKAGE / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_each_room_is_described():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    described = set(re.findall(r"^\| `([a-z]+)/` \|", TEXT, re.MULTILINE))
    assert rooms == described - {"checkpoints"}


def test_each_file_and_folder_that_it_names_is_there():
    named = set(re.findall(r"`((?:[a-z0-9_]+/)+(?:[a-z0-9_]+\.\w+)?)`", TEXT)) - {"checkpoints/"}
    assert len(named) > 25
    homes = [PACKAGE, PACKAGE.parent, PACKAGE / "tui", PACKAGE / "runs", PACKAGE / "training", PACKAGE / "cli"]
    homes.append(PACKAGE / "benchmark")
    assert [name for name in sorted(named) if not any((home / name).exists() for home in homes)] == []


def test_imports_are_in_the_order_of_the_contract():
    import tomllib

    contracts = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    order = " -> ".join(layer.replace("nntui.", "").replace(" | ", ", ") for layer in layers)
    assert order in TEXT
