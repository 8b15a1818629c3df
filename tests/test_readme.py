"""The README: a welcome, whose commands, links and model are right."""

import re
import tomllib

from nntui.cli.lazy import COMMANDS
from nntui.guide.topics import topics
from nntui.modelfile.validation import validate
from tests.guide.pages import commands
from tests.test_walls import PACKAGE

FOLDER = PACKAGE.parent
TEXT = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_it_is_short():
    assert len(TEXT.splitlines()) <= 110


def test_it_starts_with_one_command_and_sets_up_and_tests_with_another():
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/nntui\n" in TEXT
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest\n" in TEXT


def test_each_command_exists():
    assert {"train", "watch", "runs"} <= commands(TEXT) <= COMMANDS.keys()


def test_each_link_leads_to_a_file():
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert [link for link in links if not (FOLDER / link).is_file()] == []


def test_it_links_to_every_topic_of_the_guide():
    assert all(f"(nntui/guide/{topic.name}.md)" in TEXT for topic in topics())


def test_its_model_is_sound():
    (model,) = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert validate(tomllib.loads(model), base=FOLDER).problems == ()
