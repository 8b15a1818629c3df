from nntui.display.status import mark, tone
from nntui.runs.status import Status


def test_each_status_has_a_mark_of_one_cell_and_a_tone():
    assert all(len(mark(status)) == 1 for status in Status)
    assert {tone(status) for status in Status} == {"good", "warn", "bad", "muted"}
    assert tone(Status.CRASHED) == tone(Status.FAILED) == tone(Status.DIVERGED) == "bad"
