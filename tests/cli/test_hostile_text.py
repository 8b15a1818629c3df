"""What a stranger's file holds does not reach the terminal as anything but text."""

import dataclasses
import json
import os
import re

import pytest

from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventLog
from nntui.runs.events import HyperparameterChanged, RunEnded, Warning
from nntui.spec.document import write_document
from tests.cli.conftest import newest
from tests.hostile import EVERYTHING, SURROGATE, unwanted
from tests.runs.samples import epoch_ended, started, step

DRAWING = re.compile(r"\x1b\[(?:[\d;]*m|\?25[lh]|2K|1A)|\r")
"""What a table or a bar of our own is drawn with."""
NAME = f"n{EVERYTHING}n"
FILE_NAME = f"odd{EVERYTHING}{SURROGATE}.csv".replace("\x00", "").replace("/", "")


def hostile_run(root) -> RunDirectory:
    """A finished run of which every text is hostile."""
    name = NAME.replace("\x00", "") + "-20250101-000000"
    run = RunDirectory(root / os.fsdecode(name.encode("utf-8", "surrogateescape") + b"\x9b"))
    run.checkpoints_path.mkdir(parents=True)
    write_document({"name": NAME, "data": {"source": NAME}}, run.model_path)
    log = EventLog(run.events_path)
    start = started(epochs=1)
    log.append(dataclasses.replace(start, model=NAME, classes=[NAME], layers=[NAME], metrics=[NAME]))
    log.append(step(1))
    log.append(Warning(step=1, epoch=1, message=NAME))
    log.append(HyperparameterChanged(step=1, epoch=1, setting=NAME, old=1.0, new=2.0))
    log.append(epoch_ended(1, **{"loss": 0.5, NAME: 0.25, f"val_{NAME}": 0.125}))
    log.append(RunEnded(step=10, epoch=1, reason="finished", message=NAME))
    log.close()
    run.metrics_path.write_text("epoch,loss\n1,0.5\n")
    return run


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
