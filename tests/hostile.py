"""Text as a stranger's file may hold it: everything that a terminal obeys, or that has no shape of its own."""

import dataclasses
import os
from pathlib import Path

import numpy as np

from nntui.modelfile.document import write_document
from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventLog
from nntui.runs.events import HyperparameterChanged, RunEnded, Warning
from nntui.runs.live import write_live
from tests.runs.samples import epoch_ended, started, step

C0 = "".join(map(chr, [*range(0x20), 0x7F]))
C1 = "".join(map(chr, range(0x80, 0xA0)))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "\u00ad\u200b\u200c\u200d\u2028\u2029\u2060\ufeff\U000e0041"
SEQUENCES = "\x1b]0;title\x07\x1b]52;c;aGk=\x1b\\\x9d52;c;aGk=\x9c\x1b[2J\x9b31m\x1bc\x1bP$q\x1b\\"
EVERYTHING = f"{SEQUENCES}{C0}{C1}{BIDI}{UNSEEN}"
SURROGATE = "\udc9b"
"""As file names that are not UTF-8 have them; TOML and JSON files cannot hold one."""

NAME = f"n{EVERYTHING}n"
FILE_NAME = f"odd{EVERYTHING}{SURROGATE}.csv".replace("\x00", "").replace("/", "")


def unwanted(text: str) -> set[str]:
    """The characters of a text that must not reach a terminal, line breaks aside."""
    return {each for each in text if not each.isprintable()} - {"\n"}


def hostile_run(root: Path) -> RunDirectory:
    """A finished run of which every text is hostile."""
    name = NAME.replace("\x00", "") + "-20250101-000000"
    run = RunDirectory(root / os.fsdecode(name.encode("utf-8", "surrogateescape") + b"\x9b"))
    run.checkpoints_path.mkdir(parents=True)
    write_document({"name": NAME, "data": {"source": NAME}}, run.model_path)
    weights = {NAME: np.eye(4, dtype=np.float32), f"{NAME}2": np.ones((3, 3), np.float32)}
    write_live(run.live_path, 1, 1, weights, weights)
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
