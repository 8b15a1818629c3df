from __future__ import annotations

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
    assert (summary.best_metric, summary.best_value) == ("val_accuracy", 0.75)
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


@pytest.mark.parametrize(
    ("monitor", "best"), [(None, 0.7), ("val_loss", 0.7), ("val_f1", 0.9), ("loss", 0.8), ("no_such", 0.7)]
)
def test_the_best_is_that_of_the_epoch_that_is_monitored_as_best(tmp_path, monitor, best):
    run = new_run(tmp_path)
    run.model_path.write_text(f'[training]\nmonitor = "{monitor}"\n' if monitor else "")
    run.metrics_path.write_text(
        "epoch,loss,val_loss,val_accuracy,val_f1\n1,0.5,0.3,0.9,0.6\n2,0.4,0.2,0.7,0.5\n3,0.1,0.4,0.8,0.1\n"
    )
    summary = summarize(run)
    assert (summary.best_metric, summary.best_value) == ("val_accuracy", best)


def test_metrics_of_twenty_megabytes_are_summarized_without_reading_them_all(tmp_path, monkeypatch):
    run = new_run(tmp_path)
    write(run, 1, epoch_ended(123_457, best=True, loss=0.1), ended())
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
    assert summarize(run).best_value == 0.5


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
