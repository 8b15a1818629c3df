from __future__ import annotations

import csv
import math

import pytest

from nntui.runs.metrics_csv import MetricsCsv

from .samples import epoch_ended

HEADER = "epoch,step,loss,val_loss,learning_rate,seconds,samples_per_second,time"


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write(path, *epochs):
    metrics = MetricsCsv(path)
    for epoch in epochs:
        metrics.append(epoch_ended(epoch, loss=0.1 * epoch, val_loss=1 / 3))
    metrics.close()


def test_one_row_per_epoch_under_one_header(tmp_path):
    path = tmp_path / "metrics.csv"
    write(path, 1)
    write(path, 2)
    assert path.read_text().splitlines()[0] == HEADER
    assert [row["epoch"] for row in rows(path)] == ["1", "2"]
    assert float(rows(path)[1]["loss"]) == 0.2
    assert float(rows(path)[1]["val_loss"]) == 1 / 3


def test_nan_missing_and_new_metrics_keep_to_the_header(tmp_path):
    path = tmp_path / "metrics.csv"
    write(path, 1)
    metrics = MetricsCsv(path)
    metrics.append(epoch_ended(2, loss=math.nan, other=1.0))
    metrics.close()
    assert path.read_text().splitlines()[2].startswith("2,20,nan,,0.001,")


def test_a_torn_row_is_cut_off(tmp_path):
    path = tmp_path / "metrics.csv"
    write(path, 1, 2)
    path.write_bytes(path.read_bytes()[:-5])
    write(path, 2, 3)
    assert [row["epoch"] for row in rows(path)] == ["1", "2", "3"]


def test_a_resumed_run_drops_what_it_overtakes(tmp_path):
    path = tmp_path / "metrics.csv"
    write(path, 1, 2, 3, 4)
    with path.open("ab") as file:
        file.write(b"\xff\x00garbage\n")
    metrics = MetricsCsv(path)
    metrics.drop_after(2)
    assert [row["epoch"] for row in rows(path)] == ["1", "2"]
    metrics.append(epoch_ended(3, loss=7.0, val_loss=8.0))
    metrics.close()
    assert [row["loss"] for row in rows(path)] == ["0.1", "0.2", "7.0"]
    assert [file.name for file in tmp_path.iterdir()] == ["metrics.csv"]


def test_dropping_from_an_empty_file_leaves_it_empty(tmp_path):
    metrics = MetricsCsv(tmp_path / "metrics.csv")
    metrics.drop_after(0)
    assert (tmp_path / "metrics.csv").read_bytes() == b""
    metrics.append(epoch_ended(1))
    metrics.drop_after(0)
    metrics.append(epoch_ended(1))
    metrics.close()
    assert [row["epoch"] for row in rows(tmp_path / "metrics.csv")] == ["1"]


def test_rows_of_a_full_disk_come_later_and_whole(small_disk):
    path = small_disk.directory / "metrics.csv"
    metrics = MetricsCsv(path)
    metrics.append(epoch_ended(1))
    with small_disk.full(path):
        for epoch in range(2, 100):
            metrics.append(epoch_ended(epoch))
        assert metrics.pending > 0
        assert path.read_bytes().endswith(b"\n")
    metrics.close()
    assert [int(row["epoch"]) for row in rows(path)] == [*range(1, 100)]


def test_dropping_needs_no_room_on_the_disk(small_disk):
    path = small_disk.directory / "metrics.csv"
    write(path, *range(1, 100))
    metrics = MetricsCsv(path)
    with small_disk.full():
        metrics.drop_after(98)
    metrics.close()
    assert [int(row["epoch"]) for row in rows(path)] == [*range(1, 99)]


@pytest.mark.parametrize("epoch", [0, 1, 77, 998, 5_001, 29_999, 30_000, 40_000])
def test_dropping_finds_the_end_of_an_epoch_in_a_long_file(tmp_path, epoch):
    path = tmp_path / "metrics.csv"
    lines = [f"{number},{number * 7},{1 / number!r},0.5,0.1,2.0,3.0,4.0" for number in range(1, 30_001)]
    lines[500:500] = ["\x00garbage", "", "9" * 400, "999999,1"]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    metrics = MetricsCsv(path)
    metrics.drop_after(epoch)
    metrics.append(epoch_ended(epoch + 1))
    metrics.close()
    kept = [row.split(",")[0] for row in path.read_text().splitlines() if row.count(",") == 7]
    assert kept == ["epoch", *map(str, range(1, min(epoch, 30_000) + 1)), str(epoch + 1)]


def test_a_disk_that_stays_full_costs_rows_and_not_memory(small_disk):
    path = small_disk.directory / "metrics.csv"
    metrics = MetricsCsv(path)
    metrics.append(epoch_ended(1))
    with small_disk.full(path):
        for epoch in range(2, 50_000):
            metrics.append(epoch_ended(epoch))
        assert metrics.pending < 20_000
    path.unlink()
    metrics.close()


def test_a_header_longer_than_any_sane_one_is_left_alone(tmp_path):
    path = tmp_path / "metrics.csv"
    content = ",".join(["epoch", "x" * (1 << 20)]) + "\n1,2\n2,3\n"
    path.write_text(content)
    metrics = MetricsCsv(path)
    metrics.drop_after(1)
    metrics.close()
    assert path.read_text() == content
