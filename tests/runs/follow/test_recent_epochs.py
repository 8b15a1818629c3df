from nntui.runs.follow.recent_epochs import with_recent
from nntui.runs.metrics_csv import MetricsCsv
from nntui.runs.metrics_table import last_epochs
from tests.tui.train.staging import epoch


def test_what_lies_between_the_last_ones_of_the_log_is_put_in():
    logged = [epoch(number) for number in (1, 2, 4, 8, 12, 16)]
    recent = [epoch(number, best=False) for number in range(7, 15)]
    merged = with_recent(logged, recent)
    assert [each.epoch for each in merged] == [1, 2, 4, *range(7, 15), 16]
    # What the log has says more than its row.
    assert all(each in merged for each in logged)


def test_without_rows_or_without_a_log_there_is_the_other():
    epochs = [epoch(1), epoch(2)]
    assert with_recent(epochs, []) == epochs
    assert with_recent([], epochs) == epochs


def test_the_last_rows_of_a_long_file_are_epochs(tmp_path):
    path = tmp_path / "metrics.csv"
    metrics = MetricsCsv(path)
    for number in range(1, 3_001):
        metrics.append(epoch(number, best=False))
    metrics.close()
    with path.open("a") as file:
        file.write("garbage\n-1,x,,,,,,,,\n3001,60")
    last = last_epochs(path)
    assert 100 < len(last) < 1_000
    assert last == [epoch(number, best=False) for number in range(3_001 - len(last), 3_001)]
    assert last_epochs(tmp_path / "none.csv") == []
    path.write_text("")
    assert last_epochs(path) == []
