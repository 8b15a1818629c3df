import math

import pytest

from nntui.tui.places.runs.order import NEWEST_FIRST, Order
from tests.tui.runs_place.staging import listed, saved, stage
from tests.tui.runs_place.test_columns import row
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import ended, trained, until


def ids(rows) -> list[str]:
    return [row.summary.id for row in rows]


def test_newest_first_is_the_listing_as_it_is():
    rows = [row(id="c"), row(id="a"), row(id="b")]
    assert ids(NEWEST_FIRST.sorted(rows)) == ["c", "a", "b"]
    assert ids(NEWEST_FIRST.turned().sorted(rows)) == ["b", "a", "c"]


def test_runs_that_are_alike_stay_newest_first_in_either_direction():
    rows = [row(id="c", size=1), row(id="b", size=2), row(id="a", size=1)]
    assert ids(Order("size").sorted(rows)) == ["c", "a", "b"]
    assert ids(Order("size", descending=True).sorted(rows)) == ["b", "c", "a"]


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_not_known_is_at_the_end(descending):
    rows = [row(id="unknown", best_value=math.nan, settings={"learning_rate": "huge"}),
            row(id="known", settings={"learning_rate": "0.1"})]  # fmt: skip
    for heading in ("best", "lr"):
        assert ids(Order(heading, descending).sorted(rows)) == ["known", "unknown"]


def test_learning_rates_are_numbers_and_metrics_are_compared_with_their_like():
    rates = [row(id=rate, settings={"learning_rate": rate}) for rate in ("0.03", "1e-05", "0.1")]
    assert ids(Order("lr").sorted(rates)) == ["1e-05", "0.03", "0.1"]
    best = [row(id="a", best_metric="val_loss", best_value=0.5), row(id="b", best_metric="val_accuracy"),
            row(id="c", best_metric="val_loss", best_value=0.1)]  # fmt: skip
    assert ids(Order("best").sorted(best)) == ["b", "c", "a"]


def test_the_next_column_is_of_those_that_are_shown():
    assert Order("age").next(["state", "age", "size"]) == Order("size")
    assert Order("size", descending=True).next(["state", "age", "size"]) == Order("state")
    assert Order("run").next(["state", "age"]) == Order("state")
    assert Order("run").next([]) == Order("run")


async def test_s_sorts_by_the_next_column_and_the_cursor_stays_on_its_run(tmp_path):
    runs = [
        saved(tmp_path, "bb-20250103-000000", *trained(1), ended("finished", "done")),
        saved(tmp_path, "aa-20250102-000000", *trained(1), ended("finished", "done"), learning_rate=0.1),
        saved(tmp_path, "cc-20250101-000000", *trained(1), ended("finished", "done")),
    ]
    app = stage(tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        await listed(pilot, app, 3)
        table = app.place.table

        def order() -> list[str]:
            return [row.run.id[:2] for row in table.rows]

        assert "age▲" in screen_text(app)
        assert "s S Sort" in screen_text(app)
        assert order() == ["bb", "aa", "cc"]
        await pilot.press("s")
        assert "size▲" in screen_text(app)
        await pilot.press("s", "s", "s")
        assert "model▲" in screen_text(app)
        assert order() == ["aa", "bb", "cc"]
        assert table.chosen.run == runs[0]
        await pilot.press("S")
        assert "model▼" in screen_text(app)
        assert order() == ["cc", "bb", "aa"]
        assert table.chosen.run == runs[0]
        assert table.above.run == runs[2]
        saved(tmp_path, "dd-20250104-000000", *trained(1))
        await listed(pilot, app, 4)
        assert order() == ["dd", "cc", "bb", "aa"]
        await until(pilot, lambda: "3 of 4" in screen_text(app))


async def test_settings_have_columns_where_there_is_room(tmp_path):
    saved(tmp_path, "aa-20250102-000000", *trained(1), ended("finished", "done"), learning_rate=0.25)
    app = stage(tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        await listed(pilot, app, 1)
        heading, line = screen_text(app).splitlines()[2:4]
        assert " ".join(heading.split()) == (
            "│ state model data optimizer lr batch params epochs best loss age▲ size run │"
        )
        assert "adam 0.25 32 24" in " ".join(line.split())
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "optimizer" not in screen_text(app)


async def test_the_filter_says_what_it_takes_and_where_it_finds_nothing(tmp_path):
    saved(tmp_path, "aa-20250102-000000", *trained(1), ended("finished", "done"))
    app = stage(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, app, 1)
        await pilot.press("slash")
        assert "words of the name, model, data or state; all must match" in screen_text(app)
        await pilot.press(*"aa run")
        await until(pilot, lambda: "No run has 'aa run' in its name, model, data or state" in screen_text(app))
