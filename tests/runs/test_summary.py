from __future__ import annotations

import dataclasses
import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventLog
from nntui.runs.metrics_csv import MetricsCsv
from nntui.runs.status import Status
from nntui.runs.summary import summarize

from .samples import ended, epoch_ended, new_run, started, step

MODEL = 'name = "digits-mlp"\n[data]\nsource = "digits"\n[training]\nepochs = 30\n'


def write(run, epochs: int = 0, *events):
    run.model_path.write_text(MODEL)
    log = EventLog(run.events_path)
    for event in (started(epochs=20), *events):
        log.append(event)
    log.close()
    metrics = MetricsCsv(run.metrics_path)
    for epoch in range(1, epochs + 1):
        metrics.append(epoch_ended(epoch, loss=float(epoch), val_accuracy=0.5 + epoch / 8, val_loss=abs(epoch - 2)))
    metrics.close()


def test_a_finished_run(tmp_path):
    run = new_run(tmp_path)
    write(run, 3, ended())
    summary = summarize(run, now=1.7e9 + 60)
    assert (summary.id, summary.status, summary.model, summary.data) == (
        run.id,
        Status.FINISHED,
        "digits-mlp",
        "digits",
    )
    assert (summary.epochs_done, summary.epochs_planned) == (3, 20)
    assert (summary.best_metric, summary.best_value) == ("val_loss", 0.0)
    assert summary.best_epoch == 2
    assert summary.losses == (1.0, 2.0, 3.0)
    assert summary.age == 60
    assert summary.size == sum(path.stat().st_size for path in run.path.iterdir() if path.is_file())


def test_a_run_resumed_for_more_epochs_shows_them(tmp_path):
    run = new_run(tmp_path)
    write(run, 0, *(step(number) for number in range(2000)), started(epochs=50, from_step=2000), ended("stopped"))
    assert summarize(run).epochs_planned == 50


def test_a_run_just_created(tmp_path):
    run = new_run(tmp_path)
    run.model_path.write_text(MODEL)
    summary = summarize(run, now=run.path.stat().st_mtime + 2)
    assert (summary.status, summary.epochs_done, summary.epochs_planned) == (Status.STARTING, 0, 30)
    assert (summary.best_metric, summary.losses) == ("", ())
    assert math.isnan(summary.best_value)
    assert summary.age == pytest.approx(2)


@pytest.mark.parametrize("epochs", [59, 60, 61, 1000])
def test_the_sparkline_has_at_most_60_values_and_keeps_the_mean(tmp_path, epochs):
    run = new_run(tmp_path)
    write(run, epochs)
    losses = summarize(run).losses
    assert len(losses) == min(epochs, 60)
    assert list(losses) == sorted(losses)
    assert losses[0] >= 1
    assert losses[-1] <= epochs


def test_nan_is_a_gap_and_never_the_best(tmp_path):
    run = new_run(tmp_path)
    run.metrics_path.write_text("epoch,loss,val_loss\n1,0.5,0.25\n2,nan,nan\n3,inf,\n4,0.75,0.5\n5,0.1,0.0")
    summary = summarize(run)
    assert (summary.best_metric, summary.best_value) == ("val_loss", 0.25)
    assert [repr(loss) for loss in summary.losses] == ["0.5", "nan", "nan", "0.75"]
    assert summary.epochs_done == 4


ROWS = (
    "epoch,loss,val_loss,val_accuracy,val_f1,val_mae\n1,0.5,0.3,0.9,0.6,3\n2,0.4,0.2,0.7,0.5,1\n3,0.1,0.4,0.8,0.7,2\n"
)


@pytest.mark.parametrize(
    ("monitor", "best"),
    [
        (None, ("val_loss", 0.2, 2)), ("val_loss", ("val_loss", 0.2, 2)), ("val_f1", ("val_f1", 0.7, 3)),
        ("loss", ("loss", 0.1, 3)), ("val_mae", ("val_mae", 1.0, 2)), ("no_such", ("val_loss", 0.2, 2)),
    ],
)  # fmt: skip
def test_the_best_is_the_monitored_metric_in_its_best_epoch(tmp_path, monitor, best):
    run = new_run(tmp_path)
    log = EventLog(run.events_path)
    log.append(dataclasses.replace(started(), monitor=monitor, higher_is_better=["accuracy", "f1"]))
    log.close()
    run.metrics_path.write_text(ROWS)
    summary = summarize(run)
    assert (summary.best_metric, summary.best_value, summary.best_epoch) == best


@pytest.mark.parametrize(("monitor", "best"), [("val_f1", ("val_loss", 0.2, 2)), ("loss", ("loss", 0.1, 3))])
def test_without_a_log_the_model_file_names_the_monitor_and_only_losses_have_a_direction(tmp_path, monitor, best):
    run = new_run(tmp_path)
    run.model_path.write_text(f'[training]\nmonitor = "{monitor}"\n')
    run.metrics_path.write_text(ROWS)
    summary = summarize(run)
    assert (summary.best_metric, summary.best_value, summary.best_epoch) == best


def test_the_best_epoch_is_the_one_that_the_log_names_also_without_a_direction(tmp_path):
    run = new_run(tmp_path)
    run.model_path.write_text('[training]\nmonitor = "val_f1"\n')
    log = EventLog(run.events_path)
    for event in (started(), epoch_ended(1, best=True), epoch_ended(2), epoch_ended(3)):
        log.append(event)
    log.close()
    run.metrics_path.write_text(ROWS)
    summary = summarize(run)
    assert (summary.best_metric, summary.best_value, summary.best_epoch) == ("val_f1", 0.6, 1)


def test_a_best_epoch_that_a_resumed_run_has_overtaken_does_not_count(tmp_path):
    run = new_run(tmp_path)
    log = EventLog(run.events_path)
    overtaken = epoch_ended(1, best=True), epoch_ended(2), epoch_ended(3, best=True)
    for event in (started(), *overtaken, started(from_step=20, epoch=2), epoch_ended(3)):
        log.append(event)
    log.close()
    run.metrics_path.write_text(ROWS)
    assert summarize(run).best_epoch == 1


@pytest.mark.parametrize(("least", "epoch"), [(0.0, 3), (0.05, 3), (0.2, 1)])
def test_without_a_log_a_best_epoch_improves_by_min_delta(tmp_path, least, epoch):
    run = new_run(tmp_path)
    run.model_path.write_text(f'[training]\nmonitor = "loss"\nearly_stopping.min_delta = {least}\n')
    run.metrics_path.write_text("epoch,loss\n1,0.5\n2,0.47\n3,0.4\n")
    assert summarize(run).best_epoch == epoch


def test_metrics_of_twenty_megabytes_are_summarized_without_reading_them_all(tmp_path, monkeypatch):
    run = new_run(tmp_path)
    write(run, 1, epoch_ended(123_457, best=True, loss=0.1), ended())
    run.model_path.write_text(f'{MODEL}monitor = "val_accuracy"\n')
    epochs = 360_000
    cells = ",".join(run.metrics_path.read_text().splitlines()[1].split(",")[5:])
    with run.metrics_path.open("a") as file:
        for epoch in range(2, epochs + 1):
            accuracy = 0.75 if epoch == 123_457 else 0.5
            file.write(f"{epoch},{epoch * 10},{float(epochs - epoch)},{accuracy},0.25,{cells}\n")
        file.write("360001,torn")
    assert run.metrics_path.stat().st_size > 20_000_000
    read = 0

    def counted(descriptor, size, offset, pread=os.pread):
        nonlocal read
        block = pread(descriptor, size, offset)
        read += len(block)
        return block

    monkeypatch.setattr(os, "pread", counted)
    summary = summarize(run)
    assert summary.epochs_done == epochs
    assert (summary.best_metric, summary.best_value) == ("val_accuracy", 0.75)
    assert len(summary.losses) == 60
    assert list(summary.losses) == sorted(summary.losses, reverse=True)
    assert summary.losses[0] > 350_000
    assert summary.losses[-1] < 2_000
    assert read < 4_000_000
    run.events_path.unlink()
    assert (summarize(run).best_metric, summarize(run).best_value) == ("val_loss", 0.25)


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_any_damage_gives_a_summary(model, metrics, events):
    with tempfile.TemporaryDirectory() as directory:
        run = RunDirectory(Path(directory))
        run.model_path.write_bytes(model)
        run.metrics_path.write_bytes(metrics)
        run.events_path.write_bytes(events)
        assert summarize(run).size == len(model) + len(metrics) + len(events)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path), lambda path: None])
def test_files_that_are_none_give_a_summary(tmp_path, make):
    run = RunDirectory(tmp_path)
    for path in (run.model_path, run.metrics_path, run.events_path, run.lock_path, run.checkpoints_path):
        make(path)
    summary = summarize(run)
    assert (summary.model, summary.data, summary.epochs_planned, summary.losses) == ("", "", 0, ())


def test_a_directory_that_is_gone_gives_a_summary(tmp_path):
    summary = summarize(RunDirectory(tmp_path / "gone"))
    assert (summary.status, summary.age, summary.size) == (Status.CRASHED, 0, 0)


@pytest.mark.parametrize(
    "model",
    [
        "name = 5\ndata = 1\ntraining = []\n",
        "[data]\nsource = []\n[training]\nepochs = true\n",
        "x = " + "[" * 5000,
        "\ufeff",
    ],
)
def test_a_model_file_of_wrong_types_is_unknown(tmp_path, model):
    run = new_run(tmp_path)
    run.model_path.write_text(model)
    assert (summarize(run).model, summarize(run).data, summarize(run).epochs_planned) == ("", "", 0)


def test_a_model_file_of_200_megabytes_is_not_read(tmp_path):
    run = new_run(tmp_path)
    run.model_path.write_text(MODEL)
    with run.model_path.open("r+b") as file:
        file.truncate(200 << 20)
    assert summarize(run).model == ""
