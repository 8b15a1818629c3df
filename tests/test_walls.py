"""The walls of the house: who imports whom, how large a room is, and that everything says what it is."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import nntui
from nntui.data.generators.base import Generator
from nntui.data.settings import DataSettings
from nntui.modelfile.settings import EarlyStopping, TrainingSettings
from nntui.nn.activations import Activation
from nntui.nn.initializers import Initializer
from nntui.nn.layers.base import Layer
from nntui.nn.losses import Loss
from nntui.nn.optimizers import Optimizer
from nntui.nn.schedules import Schedule
from nntui.settings import settings_of

PACKAGE = Path(nntui.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "bundled" not in path.parts)
FAMILIES = (Activation, Initializer, Layer, Loss, Optimizer, Schedule, Generator)
LARGEST_FILE = 400
"""Lines."""


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_under(*packages: str) -> list[str]:
    found = [dotted(path) for path in FILES]
    return [name for name in found if name.startswith(tuple(f"nntui.{package}" for package in packages))]


def python(code: str, *arguments: str, directory: Path | None = None) -> str:
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments], cwd=directory, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def roots_after(code: str, *arguments: str, directory: Path | None = None) -> set[str]:
    """The packages from outside the standard library that the code brought, nntui aside."""
    tell = "import atexit, json, sys; atexit.register(lambda: print(json.dumps(sorted(sys.modules))))\n"

    def roots(code: str) -> set[str]:
        loaded = json.loads(python(tell + code, *arguments, directory=directory).splitlines()[-1])
        return {name.partition(".")[0] for name in loaded}

    return roots(code) - roots("") - sys.stdlib_module_names - {"nntui"}


def test_import_contracts():
    tool = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([tool], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_the_engine_brings_numpy_and_nothing_else():
    code = f"import importlib\nfor name in {modules_under('nn')!r}: importlib.import_module(name)"
    assert roots_after(code) == {"numpy"}


def test_nothing_below_the_app_brings_textual():
    names = modules_under("nn", "display", "data", "spec", "runs", "training", "cli")
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    assert "numpy" in roots_after(code)
    assert "textual" not in roots_after(code)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["runs"], ["runs", "--help"], ["train", "--help"]], ids=" ".join
)
def test_a_light_command_brings_neither_numpy_nor_textual(arguments, tmp_path):
    code = "import sys; from nntui.__main__ import main; sys.argv[0] = 'nntui'; sys.exit(main())"
    assert not roots_after(code, *arguments, directory=tmp_path) & {"numpy", "textual", "pydantic", "safetensors"}


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_a_file_is_a_small_room_with_a_name(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LARGEST_FILE
    assert not {"utils", "util", "helpers", "helper", "common", "misc"} & set(path.stem.split("_"))


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_everything_public_says_what_it_is(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    missing = [] if ast.get_docstring(tree) or path.name == "__main__.py" else ["the module"]
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            missing += [] if ast.get_docstring(node) else [node.name]
    assert missing == []


def own_methods(cls: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(cls).items():
        plain = getattr(member, "__func__", getattr(member, "fget", member))
        if not name.startswith("_") and inspect.isfunction(plain):
            yield name, plain


def public_classes(module: ModuleType) -> Iterator[type]:
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield value


ANSWERS_TO_TEXTUAL = ("on_", "watch_", "validate_", "compute_", "key_", "action_")
"""Methods that Textual calls by their name, which is what says what they do."""


@pytest.mark.parametrize("name", [dotted(path) for path in FILES if path.name != "__main__.py"])
def test_a_public_method_says_what_it_does_or_overrides_one_that_does(name):
    missing = []
    for cls in public_classes(importlib.import_module(name)):
        for method, function in own_methods(cls):
            inherited = any(method in vars(base) for base in cls.__mro__[1:])
            if not (function.__doc__ or inherited or method.startswith(ANSWERS_TO_TEXTUAL)):
                missing.append(f"{cls.__name__}.{method}")
    assert missing == []


def test_no_module_is_forgotten():
    walked = {module.name for module in pkgutil.walk_packages([str(PACKAGE)], "nntui.")}
    assert {dotted(path) for path in FILES} - {"nntui"} == walked


def settings_classes() -> list[type]:
    kinds = [kind for family in FAMILIES for kind in family.members().values()]
    return [*kinds, DataSettings, TrainingSettings, EarlyStopping]


@pytest.mark.parametrize("cls", settings_classes(), ids=lambda cls: cls.__name__)
def test_every_setting_explains_itself(cls):
    for setting in settings_of(cls).values():
        assert setting.help.endswith("."), setting.name
        assert setting.help.isprintable()
        assert not setting.optional or setting.default is not None or setting.absent, setting.name


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for family in FAMILIES for name, kind in family.members().items()]
)
def test_every_member_of_a_family_has_a_one_sentence_summary(name, kind):
    assert kind.type == name
    assert kind.__doc__
    assert 10 < len(kind.summary()) <= 140
    assert kind.summary().endswith(".")
    assert ". " not in kind.summary()
