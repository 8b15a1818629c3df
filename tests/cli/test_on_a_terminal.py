import re

from nntui.runs.status import Status, status_of
from tests.cli.conftest import newest

BAR = re.compile(r"epoch \d+/40 [━╸╺]+ +\d+%")


def test_training_shows_one_bar_under_one_line_for_each_epoch(look, root):
    seen = look("train", "digits-mlp", "--set", "training.epochs=40", "--set", "training.batch_size=32")
    assert seen.code == 0
    bars = [[line for line in frame if BAR.match(line)] for frame in seen.frames]
    assert max(map(len, bars)) == 1
    in_the_middle = next(frame for frame, bar in zip(seen.frames, bars, strict=True) if bar and "samples/s" in bar[0])
    written = [line for line in in_the_middle if line]
    assert BAR.match(written[-1])
    assert re.match(r"epoch +\d+/40  loss \S+ val \S+  accuracy \S+ val \S+", written[-2])
    last = [line for line in seen.frames[-1] if line]
    assert not any(BAR.match(line) for line in last)
    said = next(place for place, line in enumerate(last) if line.startswith("nntui: ") and " finished in " in line)
    end = "".join(last[said:])
    assert f"nntui: {newest(root).id} finished in " in end
    assert " s: trained 40 epochs; loss " in end
    assert [line.split("  loss")[0] for line in last[said - 3 : said]] == ["epoch 38/40", "epoch 39/40", "epoch 40/40"]
    assert all(len(line) < 80 for line in last[:said])


def test_without_color_and_in_ascii_there_is_a_bar_all_the_same(look):
    seen = look("train", "digits-mlp", "--set", "training.epochs=3", NO_COLOR="1", PYTHONIOENCODING="ascii")
    assert seen.code == 0
    assert b"\xe2" not in seen.raw
    assert not re.search(rb"\x1b\[[0-9;]*3[0-9]", seen.raw)


def test_a_terminal_that_cannot_draw_gets_the_lines_of_a_pipe(look):
    seen = look("train", "iris", "--set", "training.epochs=2", TERM="dumb")
    assert seen.code == 0
    assert b"\x1b" not in seen.raw
    assert seen.raw.count(b"epoch ") >= 2


def test_json_is_json_on_a_terminal_too(look):
    seen = look("train", "iris", "--set", "training.epochs=1", "--json")
    assert b"\x1b" not in seen.raw
    assert seen.raw.count(b'\r\n{"event":') > 10


def test_the_app_refuses_a_terminal_that_cannot_draw(look, root):
    seen = look(TERM="dumb")
    assert seen.code == 1
    assert seen.raw == b"nntui: TERM=dumb cannot show the app; train headless: 'nntui train digits-mlp'\r\n"
    assert not root.exists()


def test_the_table_of_runs_fits_and_keeps_the_ids(ask, look, root):
    assert ask("train", "iris", "--set", "training.epochs=2").code == 0
    seen = look("runs")
    head, _, row = [line for line in seen.frames[-1] if line]
    assert head.split() == ["run", "status", "epochs", "best", "val", "loss", "loss", "age", "size"]
    assert row.startswith(f"{newest(root).id}  finished")
    assert status_of(newest(root)) is Status.FINISHED


def test_tables_on_a_terminal(ask, look, root):
    assert ask("train", "iris", "--set", "training.epochs=2").code == 0
    shown = "\n".join(look("evaluate").frames[-1])
    assert re.search(r"true +setosa +versicolor +virginica", shown)
    assert re.search(r"setosa +10 ", shown)
    assert "dense_1  16 tanh" in "\n".join(look("show", "iris").frames[-1])


def test_class_names_are_printed_as_they_are(ask, look, root, tmp_path):
    rows = "".join(f"{number % 7},{number % 5},arm_{number % 2 + 1}\n" for number in range(40))
    (tmp_path / "arms.csv").write_text(f"a,b,arm\n{rows}")
    options = ("--set", f"data.source={tmp_path / 'arms.csv'}", "--set", "training.epochs=1")
    assert ask("train", "iris", *options).code == 0
    seen = look("evaluate", "latest")
    assert seen.code == 0
    head = next(line for line in seen.frames[-1] if line.startswith("true  "))
    assert head.split() == ["true", "arm_1", "arm_2"]
