"""Lines that begin with the time of what they report."""

import json
import re
from datetime import datetime

import pytest

from nntui.cli.console import stamp, stamp_lines
from nntui.runs.event_log import EventReader
from tests.cli.conftest import QUICK, newest

STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d) (.+)")


def parted(text) -> list[tuple[datetime, str]]:
    matches = [STAMP.fullmatch(line) for line in text.splitlines()]
    assert all(matches), text
    return [(datetime.fromisoformat(match[1]), match[2]) for match in matches]


def test_each_line_begins_with_its_events_time(call, root):
    answer = call("train", *QUICK, "--timestamps", TZ="Asia/Kolkata")
    assert answer.code == 0
    told = {record["epoch"]: record for record in EventReader(newest(root).events_path).read()
            if record["event"] == "epoch_ended"}  # fmt: skip
    for epoch, (moment, line) in enumerate(parted(answer.out), 1):
        assert line.startswith(f"epoch {epoch}/2  loss ")
        assert moment.timestamp() == int(told[epoch]["time"])
        assert moment.isoformat().endswith("+05:30")
    lines = [line for _, line in parted(answer.err)]
    assert all(line.startswith("nntui: ") for line in lines)
    assert " finished in " in lines[-1]


def test_watch_and_resume_have_the_times_of_the_events_not_of_now(ask, root):
    assert ask("train", *QUICK).code == 0
    first = ask("watch", "--timestamps").out
    log = newest(root).events_path
    # An hour ago by the log.
    records = [json.loads(line) for line in log.read_text().splitlines()]
    log.write_text("".join(json.dumps({**record, "time": record["time"] - 3600}) + "\n" for record in records))
    hours = [
        (was - moment).total_seconds()
        for (was, _), (moment, _) in zip(parted(first), parted(ask("watch", "--timestamps").out), strict=True)
    ]
    assert hours == [3600, 3600]
    resumed = ask("resume", "--timestamps", "--epochs", "+1")
    assert [line.partition("  ")[0] for _, line in parted(resumed.out)] == ["epoch 3/3"]
    assert parted(resumed.err)


def test_without_being_asked_for_there_are_none_and_json_has_none(ask, root):
    assert ask("train", *QUICK, "--timestamps").code == 0
    assert ask("watch").out.startswith("epoch 1/2")
    answer = ask("watch", "--json", "--timestamps")
    assert json.loads(answer.out.partition("\n")[0])["event"] == "run_started"


def test_on_a_terminal_lines_with_times_are_not_wider_than_it(look):
    seen = look("train", "digits-mlp", "--set", "training.epochs=3", "--timestamps")
    lines = [line for line in seen.frames[-1] if " epoch 3/3 " in line]
    assert STAMP.match(lines[0])
    assert len(lines[0].rstrip()) <= 80


@pytest.mark.parametrize("at", [1e300, -1.0, float("nan"), 0.0])
def test_a_time_that_is_none_is_now(at):
    stamp_lines(True)
    try:
        assert abs(datetime.fromisoformat(stamp(at).strip()).timestamp() - datetime.now().timestamp()) < 60
    finally:
        stamp_lines(False)
    assert stamp(1.0) == ""
