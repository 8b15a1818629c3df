"""Threads that share a task: each share once, exceptions told, and nobody left behind."""

import pytest

from nntui.nn.team import Team


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_worker_does_its_share_once_in_every_round(size):
    team = Team(size)
    for _ in range(50):
        done = []
        team.run(done.append)
        assert sorted(done) == list(range(size))


def test_an_exception_of_any_share_is_raised_once_all_have_ended():
    team = Team(3)
    for culprit in range(3):
        done = []

        def task(worker):
            done.append(worker)  # noqa: B023
            if worker == culprit:  # noqa: B023
                raise ValueError(f"share {worker}")

        with pytest.raises(ValueError, match=f"share {culprit}"):
            team.run(task)
        assert sorted(done) == [0, 1, 2]
    team.run(done.append)
