"""What a stranger's file holds does not reach the terminal as anything but text."""

import json
import re

import pytest

from tests.cli.conftest import newest
from tests.hostile import EVERYTHING, FILE_NAME, NAME, hostile_run, unwanted

DRAWING = re.compile(r"\x1b\[(?:[\d;]*m|\?25[lh]|2K|1A)|\r")
"""What a table or a bar of our own is drawn with."""


@pytest.mark.parametrize("arguments", [["watch", "--all"], ["runs"], ["resume"], ["stop"], ["evaluate"]], ids=" ".join)
def test_nothing_of_a_run_directory_is_obeyed(call, look, root, arguments):
    hostile_run(root)
    answer = call(*arguments)
    assert not unwanted(answer.out) - {"\t"}
    assert not unwanted(answer.err)
    assert "\ufffd[2J" in answer.out or r"n\x1b]0;title\x07" in answer.err
    assert not unwanted(DRAWING.sub("", look(*arguments).raw.decode()))


def test_json_holds_it_as_escapes(call, root):
    hostile_run(root)
    for arguments in (["watch", "--json"], ["runs", "--json"]):
        answer = call(*arguments)
        assert answer.out.isascii()
        assert not unwanted(answer.out)
        records = [json.loads(line) for line in answer.out.splitlines()]
        assert any(NAME in record.values() for record in records)


def test_nothing_of_a_model_or_its_data_is_obeyed(call, look, root, tmp_path):
    lines = [f'{value},"{kind}"' for value in range(20) for kind in (f"a{EVERYTHING}", f"b{EVERYTHING}")]
    table = tmp_path / FILE_NAME
    table.write_bytes("\n".join([f'"{NAME}","kind"', *lines]).encode("utf-8", "surrogateescape"))
    model = tmp_path / "m.toml"
    model.write_text('[data]\nsource = "iris"\n[[layers]]\ntype = "dense"\n[training]\nepochs = 1\n')
    source = f"data.source={table}"
    wrong = ["--set", f"layers[0].type={NAME.replace(chr(0), '')}"]
    for arguments in (["show", "--set", source], ["show", *wrong], ["train", *wrong], ["train", "--set", source],
                      ["show", NAME.replace("\x00", "")]):  # fmt: skip
        command = [arguments[0], str(model), *arguments[1:]]
        answer = call(*command)
        assert not unwanted(answer.out) - {"\t"}
        assert not unwanted(answer.err)
        assert not unwanted(DRAWING.sub("", look(*command).raw.decode()))


def test_the_classes_of_a_run_are_shown_as_text(call, look, root, tmp_path):
    lines = [f'{value},"{kind}"' for value in range(20) for kind in (f"[red]a{EVERYTHING}", f"b{EVERYTHING}")]
    (tmp_path / "t.csv").write_text("\n".join(["x,kind", *lines]).replace("\x00", ""))
    assert call("train", "iris", "--set", f"data.source={tmp_path / 't.csv'}", "--set", "training.epochs=1").code == 0
    assert newest(root).exists()
    answer = call("evaluate")
    assert answer.code == 0
    assert "[red]a\ufffd]0;title" in answer.out
    assert not unwanted(answer.out) - {"\t"}
    seen = look("evaluate").raw.decode()
    assert "[red]a" in seen
    assert not unwanted(DRAWING.sub("", seen))
