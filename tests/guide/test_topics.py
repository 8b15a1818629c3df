"""The guide: its topics, and that each key, command and topic that a page names exists."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import nntui
from nntui.cli.lazy import COMMANDS
from nntui.guide import topics as topics_module
from nntui.guide.lists import LISTS
from nntui.guide.topics import page, topics
from nntui.nn.layers.base import Layer
from nntui.settings import settings_of
from nntui.tui.app import NntuiApp
from nntui.tui.chrome.keys import key_words, own_bindings
from nntui.tui.places.registry import PLACES
from tests.guide.pages import NAMES, commands, keys

PACKAGE = Path(nntui.__file__).parent
MOST_LINES = 135
EVERYWHERE = {"tab", "shift+tab"}


def bindings_of(place: str) -> set[str]:
    """The keys of a place and of the widgets in it, as the guide writes them."""
    kind = next(entry for entry in PLACES if entry.title == place).load()
    package = kind.__module__.rpartition(".")[0]
    nodes = {kind, NntuiApp}
    for module in pkgutil.iter_modules([str(Path(inspect.getfile(kind)).parent)]):
        members = vars(importlib.import_module(f"{package}.{module.name}")).values()
        nodes |= {node for node in members if inspect.isclass(node) and issubclass(node, DOMNode)}
    bound = [binding for node in nodes for binding in own_bindings(node)]
    return {words for binding in bound for words in written(binding)}


def written(binding: Binding) -> set[str]:
    words = key_words(binding.key)
    return {words, f"ctrl+{words[1:]}" if words.startswith("^") else words}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_a_title_and_a_line_that_says_what_it_is_about(name: str):
    lines = page(name).splitlines()
    assert lines[0].startswith("# ")
    assert lines[1] == lines[3] == ""
    assert lines[2].endswith(".")
    assert len(lines[2]) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_short_and_no_line_is_wide(name: str):
    lines = (PACKAGE / "guide" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_each_key_in_a_table_is_bound_in_its_place(name: str):
    for place, key in keys(name):
        assert key in bindings_of(place) | EVERYWHERE, f"{place}: {key}"


def test_there_are_keys_to_look_at():
    assert len({key for name in NAMES for key in keys(name)}) > 30


@pytest.mark.parametrize("name", NAMES)
def test_each_command_exists(name: str):
    assert commands(page(name)) <= COMMANDS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_each_topic_that_a_page_names_exists(name: str):
    assert set(re.findall(r"nntui guide ([a-z-]+)", page(name))) <= set(NAMES)


def test_headless_has_an_example_of_every_command():
    assert commands(page("headless")) == COMMANDS.keys()


def test_every_list_is_on_a_page_and_holds_every_member():
    sources = "\n".join((PACKAGE / "guide" / f"{name}.md").read_text(encoding="utf-8") for name in NAMES)
    assert set(re.findall(r"<!-- list: ([a-z-]+)", sources)) == LISTS.keys()
    text = page("layers")
    assert "<!--" not in text
    assert all(f"- `{name}`: " in text for name in Layer.members())
    assert all(f"`{key}`" in text for kind in Layer.members().values() for key in settings_of(kind))


def test_a_page_put_in_the_folder_is_a_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("a-toy", "data"):
        (tmp_path / f"{name}.md").write_text(f"# {name.title()}\n\nAbout {name}.\n")
    monkeypatch.setattr(topics_module, "_FOLDER", tmp_path)
    assert [(topic.name, topic.title, topic.summary) for topic in topics()] == [
        ("data", "Data", "About data."),
        ("a-toy", "A-Toy", "About a-toy."),
    ]
