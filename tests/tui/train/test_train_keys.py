from nntui.runs.events import Command, HyperparameterChanged, Paused
from nntui.runs.status import Status
from nntui.tui.places.train.curves import XAxis
from nntui.tui.places.train.place import TrainPlace
from nntui.tui.plots.line_chart import YRange
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import STEPS, Stage, append, asks, attached, drawn, ended, keys, state, until


async def test_another_axis_is_there_without_waiting_for_the_next_drawing(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        await drawn(pilot)
        assert "╰ step ─" in screen_text(app)
        await pilot.press("t")
        await pilot.pause()
        assert not place.panes.loss.is_behind
        assert screen_text(app).count("╰ epoch ─") == 2


async def test_pane_focus_zoom_and_back(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        assert app.focused is place.panes.loss
        for expected in ("weights", "metric", "epochs", "loss"):
            await pilot.press("tab")
            assert app.focused.id == expected
        await pilot.press("shift+tab")
        assert app.focused.id == "epochs"
        await pilot.press("z")
        await pilot.pause()
        assert place.panes.epochs.size == (80, 19)
        assert not place.panes.loss.is_on_screen
        assert "▸epochs" in screen_text(app)
        await pilot.press("tab")
        await pilot.pause()
        assert app.focused is place.panes.loss
        assert place.panes.loss.size == (80, 19)
        await pilot.press("z")
        await pilot.pause()
        assert place.panes.epochs.is_on_screen
        assert app.focused is place.panes.loss


async def test_view_keys(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        weights = place.panes.view
        await pilot.press("l")
        assert weights.title == "dense_2.weight"
        await pilot.press("l")
        assert weights.title == "dense_1.weight"
        await pilot.press("L")
        assert weights.title == "dense_2.weight"
        await pilot.press("w")
        assert weights.title == "dense_2.weight gradient"
        await pilot.press("w", "y")
        assert place.panes.loss.chart.log_y
        await pilot.press("tab", "tab", "y")
        assert place.panes.metric.chart.log_y
        assert place.panes.loss.chart.x_end == "60"
        await pilot.press("t")
        assert place.axis is XAxis.EPOCH
        assert place.panes.loss.chart.x_end == "3"
        await pilot.press("t")
        assert place.axis is XAxis.TIME
        assert place.panes.loss.chart.x_end == "5", "of 7.5 s between the first and the last step"
        await pilot.press("t")
        assert place.axis is XAxis.STEP


async def test_keys_of_the_charts(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        loss, metric = place.panes.loss, place.panes.metric
        await pilot.press("left", "plus", "escape")
        assert loss.cursor is None
        await pilot.press("c", "left")
        assert 50 < loss.cursor < 60
        assert metric.cursor is None
        await pilot.press("plus")
        assert loss.chart.x_range is not None
        await pilot.press("minus")
        assert loss.chart.x_range is None
        await pilot.press("right", "escape")
        assert loss.cursor is None
        await pilot.press("tab", "tab", "c")
        assert metric.cursor is not None
        await pilot.press("c", "S")
        assert (loss.chart.smoothing, metric.chart.smoothing) == (0.5, 0.5)
        await pilot.press("0")
        assert loss.chart.y_range is metric.chart.y_range is YRange.ALL
        await pilot.press("Y")
        assert loss.chart.y_range is metric.chart.y_range is YRange.HALF
        await pilot.press("Y")
        assert loss.chart.y_range is metric.chart.y_range is YRange.BULK


async def test_keys_write_commands_and_answer_at_once(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(100, 24)) as pilot:
        await attached(pilot, place, running)
        assert place.snapshot.status is Status.RUNNING
        assert "space Pause  . Batch  > Epoch  s Stop  [ ] LR" in keys(app)
        assert await asks(pilot, running, "space") == [Command("pause")]
        assert "pausing" in state(place)
        append(running, Paused(step=STEPS, epoch=1))
        await until(pilot, lambda: place.snapshot.status is Status.PAUSED)
        assert "pausing" not in state(place)
        assert "paused   after step 20" in state(place)
        assert "space Go on" in keys(app)
        assert await asks(pilot, running, ".") == [Command("step")]
        assert await asks(pilot, running, ">") == [Command("epoch")]
        assert await asks(pilot, running, "space") == [Command("resume")]


async def test_each_press_of_the_learning_rate_keys_counts(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        assert await asks(pilot, running, "]") == [Command("scale", "learning_rate", 2.0)]
        assert await asks(pilot, running, "]") == [Command("scale", "learning_rate", 2.0)]
        assert await asks(pilot, running, "[") == [Command("scale", "learning_rate", 0.5)]
        assert "learning rate 0.02" in state(place)
        append(running, HyperparameterChanged(step=STEPS, epoch=1, setting="learning_rate", old=0.01, new=0.02))
        await until(pilot, lambda: place.snapshot.learning_rate == 0.02)
        assert "learning rate" not in state(place)
        assert "lr 0.02" in screen_text(app)
        assert await asks(pilot, running, "[") == [Command("scale", "learning_rate", 0.5)]


async def test_stop_asks_first(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        await pilot.press("s")
        await until(pilot, lambda: "Stop training small?" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert not running.commands_path.exists()
        await pilot.press("s")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        assert await asks(pilot, running, "enter") == [Command("stop")]
        append(running, ended("stopped", "stopped on request after step 20; more", at=20))
        await until(pilot, lambda: place.snapshot.status is Status.STOPPED)
        assert state(place).startswith("■ stopped   stopped on request after step 20   R resumes it")
        assert "R Resume" in keys(app)
        assert "Stop" not in keys(app)


async def test_a_directory_that_cannot_be_written_is_said_in_a_line(running):
    running.commands_path.mkdir()
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await attached(pilot, place, running)
        await pilot.press("space")
        await until(pilot, lambda: len(app._notifications) > 0)
        assert "cannot command run small" in next(iter(app._notifications)).message
        assert "pausing" not in state(place)


async def test_a_run_that_ends_takes_its_keys_away(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        append(running, ended("finished", "early stopping: val_loss has not improved for 5 epochs"))
        await until(pilot, lambda: place.snapshot.status is Status.FINISHED)
        assert "early stopping: val_loss has not improved for 5 epochs" in state(place)
        await pilot.press("space", ".", ">", "]", "R")
        assert not running.commands_path.exists()


async def test_two_viewers_follow_one_run(running):
    first, second = Stage(TrainPlace()), Stage(TrainPlace())
    async with first.run_test(size=(80, 24)) as one, second.run_test(size=(80, 24)) as other:
        await attached(one, first.place, running)
        await attached(other, second.place, running)
        assert await asks(one, running, "space") == [Command("pause")]
        append(running, Paused(step=STEPS, epoch=1))
        for app, pilot in ((first, one), (second, other)):
            await until(pilot, lambda app=app: app.place.snapshot.status is Status.PAUSED)
        assert await asks(other, running, "space") == [Command("resume")]
