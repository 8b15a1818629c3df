"""The two charts of a run, its loss and its metric, on one x axis."""

from __future__ import annotations

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.places.train.curves import (
    LOSS,
    XAxis,
    curves_of,
    is_by_step,
    marks,
    metric_of,
    reach_of,
    sampling_words,
)
from nntui.tui.plots.line_chart import LineChart
from nntui.tui.widgets.chart import LineChartView


def chart_pair(prefix: str = "") -> tuple[LineChartView, LineChartView]:
    """A chart of the loss and one of the metric, an x in the same column of both; `prefix` begins their ids."""
    loss = LineChartView("loss", id=f"{prefix}loss")
    metric = LineChartView("accuracy", id=f"{prefix}metric")
    loss.beside, metric.beside = metric, loss
    return loss, metric


def show_pair(
    loss: LineChartView,
    second: LineChartView,
    snapshot: RunSnapshot,
    axis: XAxis = XAxis.STEP,
    *,
    metric: str | None = None,
    now: bool = False,
) -> None:
    """Shows what is known of a run, `now` where a key asked for it; in the second chart this metric, else its own."""
    name = metric or metric_of(snapshot)
    places = marks(snapshot, axis)
    losses, metrics = (curves_of(snapshot, each, axis) for each in (LOSS, name))
    reach, remark = reach_of(losses, metrics), sampling_words(snapshot)
    over = not snapshot.status.alive
    loss.show(losses, places, reach=reach, axis=axis, remark=remark, over=over, now=now)
    by_step = remark if is_by_step(snapshot, name) else ""
    title = name or "metric"
    second.show(metrics, places, title=title, reach=reach, axis=axis, remark=by_step, over=over, now=now)


def clear_pair(loss: LineChartView, metric: LineChartView, words: str = LineChart.empty) -> None:
    """Forgets what was drawn, since the next run has limits of its own, and says so much instead."""
    for chart in (loss, metric):
        chart.start_over()
        chart.chart.empty = words
        chart.show(())
