"""`nntui guide`, and that each example of the guide runs as it stands."""

import shlex
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from nntui.cli.main import group
from nntui.guide.topics import page, topics
from nntui.modelfile.document import read_document
from nntui.modelfile.validation import validate
from tests.guide.pages import NAMES, blocks


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the model file of the guide, its training shortened."""
    (model,) = [code for code in blocks("model-file", "toml") if "[data]" in code]
    monkeypatch.chdir(tmp_path)
    Path("my-model.toml").write_text(model.replace("epochs = 20", "epochs = 2"))
    return tmp_path


def test_topics_have_a_line_each(ask):
    answer = ask("guide")
    assert answer.code == 0
    lines = [line.split("\t") for line in answer.out.splitlines()]
    assert lines == [["topic", "what"], *([topic.name, topic.summary] for topic in topics())]


def test_a_pipe_gets_the_page_as_it_is_written(ask):
    answer = ask("guide", "data")
    assert (answer.code, answer.out, answer.err) == (0, page("data"), "")


@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_gets_it_in_lines_that_fit(look, name):
    seen = look("guide", name)
    assert seen.code == 0
    text = seen.raw.decode()
    assert "```" not in text
    assert "## " not in text
    assert b"\x1b[1" in seen.raw


def test_without_color_there_is_none(look):
    assert b"\x1b[3" not in look("guide", "data", NO_COLOR="1").raw.replace(b"\x1b[3m", b"")


def test_a_topic_that_is_not_there_names_those_that_are(ask):
    answer = ask("guide", "dashbord")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("nntui: no topic 'dashbord'; expected one of first-session, data, layers, ")


def test_topics_are_completed():
    complete = ShellComplete(group, {}, "nntui", "_NNTUI_COMPLETE")
    found = complete.get_completions(["guide"], "da")
    assert [item.value for item in found] == ["data", "dashboard"]
    assert all(item.help for item in found)


def test_the_model_file_of_the_guide_is_sound(folder: Path):
    assert validate(read_document(folder / "my-model.toml"), base=folder).problems == ()


@pytest.mark.parametrize("name", [name for name in NAMES if blocks(name, "sh")])
def test_each_command_line_of_the_guide_runs(ask, folder: Path, name: str):
    for line in "".join(blocks(name, "sh")).splitlines():
        program, *words = shlex.split(line)
        assert program == "nntui"
        target = words[words.index(">") + 1] if ">" in words else ""
        answer = ask(*(words[: words.index(">")] if target else words))
        assert answer.code == 0, f"{line}: {answer.err}"
        if target:
            Path(target).write_text(answer.out)


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name in NAMES for code in blocks(name, "python")])
def test_each_program_of_the_guide_runs(root: Path, folder: Path, code: str):
    exec(compile(code, "guide.md", "exec"), {"__name__": "__main__"})
