from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.widget import Widget

from nntui.runs.events import EpochEnded
from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.line_chart import Mark, YRange
from nntui.tui.plots.palette import palette
from nntui.tui.plots.series import Series
from nntui.tui.widgets.chart import SMOOTHING, LineChartView
from nntui.tui.widgets.epoch_table import EpochTable
from nntui.tui.widgets.heatmap import HeatmapView

DEPTH = ColorDepth.EIGHT_BIT


class Stage(App):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def text(widget: Widget) -> list[str]:
    return [widget.render_line(row).text for row in range(widget.size.height)]


def curve(name: str, values: np.ndarray) -> Series:
    return Series(name, np.arange(1, len(values) + 1, dtype=float), np.asarray(values, dtype=float))


def epoch(number: int, *, best: bool = False, **metrics: float) -> EpochEnded:
    return EpochEnded(
        step=number * 10,
        epoch=number,
        metrics=metrics or {"loss": 1 / number, "accuracy": 0.5, "val_loss": 2 / number, "val_accuracy": 0.25},
        learning_rate=0.001,
        seconds=0.12,
        samples_per_second=1000.0,
        best=best,
    )


class TestLineChartView:
    async def test_title_legend_and_axis_are_on_the_frame(self):
        view = LineChartView("loss", depth=DEPTH)
        view.show(
            [curve("train", np.linspace(2, 0, 64)), replace(curve("val", np.ones(64)), dotted=True, best=0.5)],
            [Mark(20.0)], axis="step", over=True,
        )  # fmt: skip
        async with Stage(view).run_test(size=(48, 8)) as pilot:
            await pilot.pause()
            lines = text(view)
            assert lines[0].startswith("╭ loss ──")
            assert lines[0].endswith("── ─train 0 ⠶val 1 ★ 0.5 ╮")
            assert lines[-1].startswith("╰ step ──")
            assert lines[-1].endswith("── 64 ─╯")
            assert {len(line) for line in lines} == {48}
            colors = {segment.text.strip(): segment.style.color for segment in view.render_line(0)}
            assert colors["─train 0"] == palette(DEPTH).series_style(0).color
            assert colors["⠶val 1 ★ 0.5"] == palette(DEPTH).series_style(1).color

    async def test_a_narrow_legend_keeps_the_newest_values(self):
        view = LineChartView("accuracy", depth=DEPTH)
        view.show([curve("train", np.ones(64)), replace(curve("val", np.full(64, 0.97)), dotted=True, best=0.98)])
        async with Stage(view).run_test(size=(30, 8)) as pilot:
            await pilot.pause()
            assert text(view)[0].endswith(" ─ 1 ⠶ 0.97 ╮")

    async def test_empty_says_so(self):
        async with Stage(view := LineChartView(depth=DEPTH)).run_test(size=(40, 7)) as pilot:
            await pilot.pause()
            assert "no values" in text(view)[3]
            assert text(view)[-1] == "╰" + "─" * 38 + "╯"

    async def test_scale_smoothing_and_range_are_set_and_said(self):
        view = LineChartView(depth=DEPTH, max_rate=0.001)
        view.show([curve("train", np.geomspace(1, 1000, 50))])
        async with Stage(view).run_test(size=(48, 9)) as pilot:
            await pilot.pause()
            view.toggle_log()
            view.smooth_more()
            view.toggle_range(YRange.HALF)
            assert text(view)[0].startswith("╭ loss log ~0.5 last half ─")
            view.toggle_log()
            view.toggle_range(YRange.HALF)
            for _ in range(len(SMOOTHING) - 1):
                view.smooth_more()
            assert text(view)[0].startswith("╭ loss ─")

    async def test_the_crosshair_walks_shows_values_and_zooms(self):
        view = LineChartView(depth=DEPTH, max_rate=0.001)
        view.cursor_words = lambda x: f"epoch {x:.0f}"
        view.show([curve("train", np.arange(1, 101))], axis="step")
        async with Stage(view).run_test(size=(40, 9)) as pilot:
            await pilot.pause()
            view.walk(-1)
            assert view.cursor is None
            view.toggle_crosshair()
            assert "train 100 ╮" in text(view)[0]
            assert text(view)[-1].startswith("╰ step 100  epoch 100 ")
            view.walk(-1)
            assert view.cursor < 100
            shown = view.chart.buckets.width
            view.zoom_x(0.5)
            view.zoom_x(0.5)
            assert view.chart.buckets.width < shown / 2
            part = view.chart.x_range
            for _ in range(60):
                view.walk(-1)
            assert view.chart.x_range[0] < part[0], "the part follows the crosshair"
            view.leave_crosshair()
            assert view.cursor is None
            assert view.chart.buckets.width == shown

    @pytest.mark.parametrize(
        ("width", "legend"),
        [(60, " ─train 0.0334123 ⠶val 0.501234 ╮"), (38, " ─ 0.0334123 ⠶ 0.501234 ╮"), (32, " ─ 0.033412 ⠶ 0.501234 ╮"),
         (24, " ─ 0.0334123 ╮")],
    )  # fmt: skip
    async def test_values_under_the_crosshair_are_whole(self, width, legend):
        view = LineChartView("loss", depth=DEPTH)
        view.cursor_words = lambda x: "epoch 12,345"
        val = replace(curve("val", np.full(9, 0.501234)), dotted=True)
        view.show([curve("train", np.full(9, 0.0334123)), val], axis="step")
        async with Stage(view).run_test(size=(width, 8)) as pilot:
            await pilot.pause()
            view.toggle_crosshair()
            assert text(view)[0].endswith(legend)
            assert ("epoch 12,345" in text(view)[-1]) is (width > 24)
            assert text(view)[-1].startswith("╰ step 9 ")

    async def test_zooming_without_points_does_nothing(self):
        async with Stage(view := LineChartView(depth=DEPTH)).run_test(size=(40, 9)) as pilot:
            await pilot.pause()
            view.toggle_crosshair()
            view.zoom_x(0.5)
            view.walk(-1)
            assert view.cursor is None

    async def test_the_focus_draws_the_frame_and_neither_curves_nor_news(self):
        view = LineChartView("loss", depth=DEPTH, max_rate=0.001)
        view.show([curve("train", np.linspace(2, 0, 64))])
        async with Stage(view).run_test(size=(40, 8)) as pilot:
            await pilot.pause()
            app = pilot.app
            app.screen.set_focus(None)
            await pilot.pause()
            before = [list(view.render_line(row)) for row in range(8)]
            view.show([curve("train", np.ones(64))])
            view.focus()
            await pilot.pause()
            after = [list(view.render_line(row)) for row in range(8)]
            assert after[0][0].style != before[0][0].style
            for row in range(1, 7):
                assert after[row][0].style != before[row][0].style
                assert after[row][1:-1] == before[row][1:-1]

    async def test_focus_is_a_colour_and_without_colours_a_heavy_line(self):
        async with Stage(view := LineChartView(depth=DEPTH)).run_test(size=(40, 9)) as pilot:
            await pilot.pause()
            assert view.has_focus
            focused = view.render_line(1)
            view.blur()
            await pilot.pause()
            assert next(iter(view.render_line(1))).style.color != next(iter(focused)).style.color
            view.depth = ColorDepth.NONE
            assert text(view)[0][0] == "╭"
            view.focus()
            await pilot.pause()
            assert text(view)[0][0] == "┏"

    @pytest.mark.parametrize("size", [(1, 1), (3, 3), (4, 3), (5, 2), (12, 4)])
    async def test_small_sizes(self, size):
        view = LineChartView(depth=DEPTH)
        view.show([curve("train", np.arange(9))])
        async with Stage(view).run_test(size=size) as pilot:
            await pilot.pause()
            assert [len(line) for line in text(view)] == [size[0]] * size[1]


class TestHeatmapView:
    async def test_name_shape_and_scale_are_on_the_frame(self):
        view = HeatmapView(depth=DEPTH)
        view.show("dense_1.weight", np.full((64, 32), -0.41, dtype=np.float32))
        async with Stage(view).run_test(size=(50, 8)) as pilot:
            await pilot.pause()
            assert text(view)[0].startswith("╭ dense_1.weight  64×32 ─")
            assert text(view)[0].endswith("─ ±0.41 ╮")

    async def test_another_matrix_has_its_own_scale_and_does_not_wait(self):
        view = HeatmapView(depth=DEPTH, max_rate=0.001)
        async with Stage(view).run_test(size=(50, 8)) as pilot:
            await pilot.pause()
            assert "no values yet" in "".join(text(view))
            view.show("dense_1.weight", np.full((2, 2), 9.0))
            assert "±9" in text(view)[0]
            view.show("dense_2.weight", np.full((2, 2), 7.0))
            assert "±7" in text(view)[0]
            view.show("confusion", np.array([[3, 1], [0, 57]]), signed=False)
            assert "0 … 57" in text(view)[0]


class TestEpochTable:
    async def test_the_newest_is_at_the_bottom_with_a_star_on_the_best(self):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(1), epoch(2, best=True), epoch(3, loss=float("nan"), accuracy=0.5)])
        async with Stage(table).run_test(size=(50, 8)) as pilot:
            await pilot.pause()
            assert [line.strip("│").rstrip() for line in text(table)[1:6]] == [
                "epoch  loss val_loss   acc val_acc    lr  sec",
                "    1 1.000    2.000 0.500   0.250 0.001 0.12",
                "    2 0.500    1.000 0.500   0.250 0.001 0.12 ★",
                "    3   nan        - 0.500       - 0.001 0.12",
                "",
            ]

    async def test_columns_leave_as_the_width_shrinks(self):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(1)])
        async with Stage(table).run_test(size=(44, 5)) as pilot:
            headings = []
            for width in (80, 44, 40, 34, 30, 20, 12):
                await pilot.resize_terminal(width, 5)
                await pilot.pause()
                headings.append(text(table)[1].strip("│").split())
            assert headings[0] == ["epoch", "loss", "val_loss", "acc", "val_acc", "lr", "sec"]
            assert all(columns == headings[0][: len(columns)] for columns in headings), "from the right"
            assert headings[-1] == ["epoch"]
            assert [len(columns) for columns in headings] == sorted(map(len, headings), reverse=True)
            assert ["epoch", "loss", "val_loss", "acc"] in headings

    async def test_only_visible_epochs_are_formatted(self):
        class Counted(list):
            asked = 0

            def __getitem__(self, key):
                found = super().__getitem__(key)
                Counted.asked += len(found) if isinstance(key, slice) else 1
                return found

        table = EpochTable(depth=DEPTH)
        async with Stage(table).run_test(size=(50, 10)) as pilot:
            await pilot.pause()
            table.show(Counted(epoch(number) for number in range(1, 10_001)), best_epoch=3)
            table.redraw(now=True)
            assert "10000" in text(table)[8]
            assert Counted.asked < 50

    async def test_it_follows_until_someone_scrolls_up_and_again_from_the_bottom(self):
        table = EpochTable(depth=DEPTH, max_rate=1000.0)
        epochs = [epoch(number) for number in range(1, 101)]
        table.show(epochs)
        async with Stage(table).run_test(size=(50, 9)) as pilot:
            await pilot.pause()
            assert (table.following, table.top) == (True, 94)
            await pilot.press("up")
            assert (table.following, table.top) == (False, 93)
            epochs.append(epoch(101))
            table.show(epochs)
            table.redraw(now=True)
            assert table.top == 93
            assert text(table)[0].endswith("94-99 of 101 ╮")
            await pilot.press("pageup")
            assert table.top == 88
            await pilot.press("home")
            assert table.top == 0
            assert text(table)[2].split()[1] == "1"
            await pilot.press("pagedown", "k", "down")
            assert table.top == 5
            await pilot.press("end")
            assert (table.following, table.top) == (True, 95)
            epochs.append(epoch(102))
            table.show(epochs)
            table.redraw(now=True)
            assert text(table)[7].split()[1] == "102"

    async def test_which_epochs_are_in_sight_is_told_by_their_numbers(self):
        table = EpochTable(depth=DEPTH, max_rate=1000.0)
        table.show([epoch(number, loss=1.0) for number in [*range(1, 11), 12, 14, 16, 20]])
        async with Stage(table).run_test(size=(50, 9)) as pilot:
            await pilot.pause()
            await pilot.press("up")
            assert text(table)[0].endswith("8-16 of 20 ╮")

    async def test_a_run_taken_back_to_an_earlier_epoch_shows_what_is_left(self):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(number) for number in range(1, 101)])
        async with Stage(table).run_test(size=(50, 9)) as pilot:
            await pilot.press("up")
            table.show([epoch(1), epoch(2)])
            table.redraw(now=True)
            assert [line.split()[1] for line in text(table)[2:4]] == ["1", "2"]

    async def test_no_epochs_yet(self):
        async with Stage(table := EpochTable(depth=DEPTH)).run_test(size=(50, 5)) as pilot:
            await pilot.press("up", "end", "pagedown")
            assert "no epoch has ended" in "".join(text(table))

    @pytest.mark.parametrize("size", [(1, 1), (4, 3), (6, 4)])
    async def test_small_sizes(self, size):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(1, best=True), epoch(2)])
        async with Stage(table).run_test(size=size) as pilot:
            await pilot.pause()
            assert [len(line) for line in text(table)] == [size[0]] * size[1]

    async def test_a_metric_of_choice(self):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(1, loss=1.0, mean_absolute_error=2.0, r2=0.5, val_r2=0.4)], metric="r2")
        async with Stage(table).run_test(size=(60, 5)) as pilot:
            await pilot.pause()
            assert text(table)[1].strip("│").split() == ["epoch", "loss", "r2", "val_r2", "mae", "lr", "sec"]
            assert text(table)[2].strip("│").split() == ["1", "1.000", "0.500", "0.400", "2.000", "0.001", "0.12"]

    async def test_numbers_in_a_column_have_one_format_that_stays_when_it_is_scrolled(self):
        table = EpochTable(depth=DEPTH)
        table.show([epoch(number, loss=0.5 ** (number * 3)) for number in range(1, 9)])
        async with Stage(table).run_test(size=(40, 5)) as pilot:
            await pilot.pause()
            losses = [line.strip("│").split()[1] for line in text(table)[2:4]]
            assert losses == ["4.77e-7", "5.96e-8"]
            await pilot.press("home")
            assert text(table)[1].strip("│").split() == ["epoch", "loss", "lr", "sec"]
            losses = [line.strip("│").split()[1] for line in text(table)[2:4]]
            assert losses == ["1.25e-1", "1.56e-2"]
            table.show(())
            table.show([epoch(1, loss=0.5)])
            table.redraw(now=True)
            assert text(table)[2].strip("│").split()[1] == "0.500"
