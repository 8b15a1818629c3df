import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nntui.display.cells import cell_len
from nntui.runs.directory import RunDirectory
from nntui.runs.status import Status
from nntui.runs.summary import RunSummary
from nntui.tui.places.runs.columns import fitting
from nntui.tui.places.runs.listing import RunRow


def row(**changes) -> RunRow:
    values = {
        "id": "digits-mlp-20250131-140509", "status": Status.FINISHED, "model": "digits-mlp", "data": "/a/b/digits.csv",
        "epochs_done": 12, "epochs_planned": 40, "best_metric": "val_accuracy", "best_value": 0.9731, "best_epoch": 9,
        "verdict": "", "losses": (3.0, 2.0, 1.0), "age": 0.0, "size": 1_234_567,
    }  # fmt: skip
    summary = RunSummary(**{**values, **changes})
    return RunRow(RunDirectory(Path(summary.id)), summary, 1000.0)


def test_all_but_the_id_fit_80_columns():
    columns = fitting([row()], 76, 1000.0)
    assert columns.heading().split() == ["state", "model", "data", "epochs", "best", "loss", "age", "size"]
    text = "".join(text for _, text in columns.cells(row(), 4600.0))
    assert " ".join(text.split()) == "✓ finished digits-mlp digits.c… 12/40 val_acc 0.9731 █▅▁ 1h 1.2 MB"


def test_a_wide_terminal_shows_the_id_too_and_the_curve_takes_the_rest():
    columns = fitting([row(losses=tuple(range(60)))], 156, 1000.0)
    assert columns.heading().split()[-1] == "run"
    widths = dict(zip([column.heading for column in columns.columns], columns.widths, strict=True))
    assert widths["loss"] > 20
    assert widths["data"] == len("digits.csv")


@given(st.integers(1, 250), st.text(max_size=40), st.integers(0, 10**7), st.floats(), st.integers(0, 10**15))
def test_lines_are_as_wide_as_they_may_be(width, name, epochs, value, count):
    shown = row(model=name, epochs_done=epochs, epochs_planned=epochs, best_value=value, size=count)
    columns = fitting([shown], width, 1000.0)
    line = "".join(text for _, text in columns.cells(shown, 1e9))
    if width >= 10:
        assert cell_len(line) - columns.gap <= width
    assert line.isprintable()
    assert cell_len(columns.heading()) == cell_len(line) - columns.gap


def test_what_is_not_known_is_a_dash():
    shown = row(best_metric="", best_value=math.nan, epochs_done=0, epochs_planned=0, losses=(), data="", model="")
    cells = dict(fitting([shown], 76, 1000.0).cells(shown, 1000.0))
    assert cells["best"].strip() == "-"
    assert cells["epochs"].strip() == "0"
    assert cells["data"].strip() == "-"
    assert cells["model"].strip() == "damaged"
