import pytest

from nntui.runs.events import LayerStats
from nntui.tui.places.train.place import TrainPlace
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import (
    STEPS,
    Stage,
    append,
    attached,
    drawn,
    ended,
    epoch,
    keys,
    started,
    step,
    until,
    write_run,
)

NAMES = ("f1", "precision", "recall", "top_3", "roc_auc")


def measured(number: int):
    """An epoch with many metrics, and the norms of its gradient."""
    metrics = {"loss": 1 / number, "accuracy": 0.8, "val_loss": 1.5 / number, "val_accuracy": 1 - 0.2 / number}
    for place, name in enumerate(NAMES):
        metrics |= {name: 1 - 0.5 / number - place / 10, f"val_{name}": 1 - 0.25 / number - place / 10}
    stats = LayerStats(
        step=number * STEPS, epoch=number, weight_norm={}, gradient_norm={"a": 3.0 / number, "b": 4.0 / number}
    )
    return stats, epoch(number, best=number <= 2, **metrics)


@pytest.fixture
def rich(tmp_path):
    """A finished run of three epochs with nine things to draw."""
    events = [started(metrics=["accuracy", *NAMES])]
    for number in (1, 2, 3):
        events += [step(place) for place in range((number - 1) * STEPS + 1, number * STEPS + 1)]
        events += measured(number)
    return write_run(tmp_path / "rich-20250131-140509", *events, ended("finished", "trained 3 epochs"))


def titles(place) -> list[str]:
    return [chart.title for chart in place.grid.charts]


def head(app) -> str:
    return screen_text(app).splitlines()[1]


async def opened(pilot, place, run):
    await attached(pilot, place, run)
    await pilot.press("m")
    await until(pilot, lambda: pilot.app.focused in place.grid.charts)
    await complete(pilot, place)


async def complete(pilot, place):
    """Waits until all charts of the page are drawn."""
    await until(pilot, lambda: not place.grid.is_behind)
    await drawn(pilot)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_all_metrics(rich, size):
    """Small charts of everything the log has, the metric beside the loss chosen."""
    app = Stage(place := TrainPlace())
    async with app.run_test(size=size) as pilot:
        await opened(pilot, place, rich)
        assert_snapshot(app, f"train-metrics-{size[0]}x{size[1]}")


async def test_the_newest_numbers_are_those_of_the_log(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(160, 50)) as pilot:
        await opened(pilot, place, rich)
        assert titles(place) == ["loss", "accuracy", *NAMES, "learning rate", "gradient norm"]
        newest = {chart.title: chart.chart.newest for chart in place.grid.charts}
        logged = measured(3)[1].metrics
        for name in NAMES:
            assert newest[name] == {"train": logged[name], "val": logged[f"val_{name}"]}
        assert newest["learning rate"] == {"lr": 0.01}
        assert newest["gradient norm"] == {"norm": pytest.approx(5 / 3)}
        assert "norm 1.667" in screen_text(app)


async def test_arrows_pages_and_back(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        assert head(app).startswith(" 9 metrics  page 1 of 2  arrows choose")
        assert titles(place) == ["loss", "accuracy", "f1", "precision", "recall", "top_3"]
        await until(pilot, lambda: app.focused.title == "accuracy")
        for key, title in (("left", "loss"), ("down", "f1"), ("right", "precision"), ("up", "accuracy")):
            await pilot.press(key)
            assert app.focused.title == title
        assert "n p Page" in keys(app)
        await pilot.press("n")
        await until(pilot, lambda: app.focused.title == "learning rate")
        assert titles(place) == ["roc_auc", "learning rate", "gradient norm"]
        assert head(app).startswith(" 9 metrics  page 2 of 2")
        await pilot.press("pageup")
        await until(pilot, lambda: app.focused.title == "accuracy")
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is place.panes.loss)
        assert "epochs" in screen_text(app)
        await pilot.press("m", "m")
        await until(pilot, lambda: app.focused is place.panes.loss)


async def test_the_filter_narrows_as_one_types(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        await pilot.press("slash", "r", "e", "c", "a")
        await until(pilot, lambda: titles(place) == ["recall"])
        await pilot.press("backspace")
        await until(pilot, lambda: titles(place) == ["precision", "recall"])
        assert head(app).startswith(" 2 of 9 metrics")
        await pilot.press("x")
        await until(pilot, lambda: "no metric has these words" in screen_text(app))
        await pilot.press("backspace", "enter", "right")
        assert app.focused.title == "recall"
        await pilot.press("escape")
        await complete(pilot, place)
        assert len(titles(place)) == 6
        assert place.shows_metrics
        await pilot.press("escape")
        assert not place.shows_metrics


async def test_enter_puts_a_metric_into_the_second_chart_until_another_run_is_there(rich, finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        await pilot.press("n", "enter")
        await until(pilot, lambda: not place.shows_metrics)
        assert app.focused is place.panes.metric
        await drawn(pilot)
        assert "╭ learning rate ─" in screen_text(app)
        assert place.panes.metric.chart.newest == {"lr": 0.01}
        assert " acc " in screen_text(app), "the table goes on with the metric that is monitored"
        await pilot.press("m")
        await until(pilot, lambda: app.focused.title == "learning rate")
        await attached(pilot, place, finished)
        assert not place.shows_metrics
        await until(pilot, lambda: place.panes.metric.title == "accuracy")


async def test_keys_of_the_charts_are_for_the_chosen_one_or_all(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        loss, accuracy = place.grid.charts[:2]
        await pilot.press("y", "S", "c", "z", "tab")
        assert (loss.chart.log_y, accuracy.chart.log_y) == (False, True)
        assert (loss.chart.smoothing, accuracy.chart.smoothing) == (0.5, 0.5)
        assert accuracy.cursor is None
        assert not place.panes.zoomed
        assert app.focused.title == "f1"
        await pilot.press("t")
        await complete(pilot, place)
        assert loss.chart.x_end == "3"


async def test_a_running_training_draws_what_changes(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(160, 50)) as pilot:
        await opened(pilot, place, running)
        assert titles(place) == ["loss", "accuracy", "learning rate"]
        append(running, *[step(number) for number in range(STEPS + 1, 2 * STEPS + 1)], *measured(2))
        await until(pilot, lambda: "gradient norm" in titles(place) and "f1" in titles(place))
        await until(pilot, lambda: place.grid.charts[0].chart.newest.get("val") == 0.75)
        await complete(pilot, place)
        rate = place.grid.charts[titles(place).index("learning rate")]
        lines = [rate.render_line(row) for row in range(rate.size.height)]
        place.draw_curves(now=True)
        await complete(pilot, place)
        assert all(rate.render_line(row) is line for row, line in enumerate(lines)), "nothing new, nothing sent"


async def test_it_follows_the_size_of_the_screen(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        await pilot.resize_terminal(160, 50)
        await until(pilot, lambda: len(titles(place)) == 9)
        await pilot.resize_terminal(60, 18)
        await until(pilot, lambda: len(titles(place)) == 2)
        await complete(pilot, place)
        assert head(app).startswith(" 9 metrics  page 1 of 5")
        assert app.focused.title == "accuracy"


async def test_without_a_run_there_is_nothing_to_show():
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        assert not place.shows_metrics


async def test_a_run_that_is_gone_leaves_no_charts(rich):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, place, rich)
        assert place.detach(rich)
        await until(pilot, lambda: "No run attached." in screen_text(app))
        assert not place.shows_metrics
        assert place.second is None
