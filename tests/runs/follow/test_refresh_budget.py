import pytest

from nntui.runs.follow.refresh_budget import RefreshBudget


class Clocks:
    def __init__(self):
        self.now = self.computed = 0.0
        self.budget = RefreshBudget(clock=lambda: self.now, computing=lambda: self.computed)

    def news(self, count: int, *, cost: float) -> float:
        """Seconds for this many updates of this cost, each sent as soon as it may be."""
        began = self.now
        for _ in range(count):
            self.now += self.budget.seconds_left
            self.budget.spend()
            self.computed += cost
        return self.now - began


def test_cheap_news_comes_four_times_a_second():
    assert Clocks().news(41, cost=0.005) == pytest.approx(10)


def test_dearer_news_takes_no_more_than_a_fortieth_of_a_processor():
    assert 100 * 0.02 / Clocks().news(101, cost=0.02) == pytest.approx(0.025, rel=0.01)


def test_there_is_news_every_second_whatever_it_costs():
    assert Clocks().news(11, cost=5.0) == pytest.approx(10, abs=1)
