"""Of requests that come faster than they are done, only the newest waits."""

import threading

import pytest

from nntui.tui.latest_job import LatestJob


async def test_what_waits_gives_way_to_what_is_newer():
    go_on, answers = threading.Event(), []

    def work(number: int, *, sign: int = 1) -> int:
        go_on.wait()
        return sign * number

    job = LatestJob(work, answers.append)
    assert job.idle
    job.request(1)
    job.request(2)
    job.request(3, sign=-1)
    assert not job.idle
    go_on.set()
    await job.done()
    # Of a request that was not begun yet, nothing is left.
    assert answers in ([1, -3], [-3])
    assert job.idle


async def test_after_an_error_it_takes_the_next_request():
    answers = []
    job = LatestJob(lambda number: 1 // number, answers.append)
    job.request(0)
    with pytest.raises(ZeroDivisionError):
        await job.done()
    job.request(1)
    await job.done()
    assert answers == [1]
