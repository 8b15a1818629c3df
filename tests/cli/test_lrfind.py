"""`nntui lrfind`: what it prints for people and for programs, and what it refuses."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.cli.chart import curve_lines
from nntui.training.lr_finder import RateRange


def test_a_rate_is_found_and_drawn(ask, monkeypatch, root):
    monkeypatch.setenv("COLUMNS", "70")
    answer = ask("lrfind", "iris")
    assert (answer.code, answer.err) == (0, "")
    chart, facts = answer.out.split("\n\n")
    found = dict(line.split("\t") for line in facts.splitlines())
    assert found.keys() == {"steps", "steepest", "lowest/10"}
    assert all(1e-4 < float(found[name]) < 1 for name in ("steepest", "lowest/10"))
    lines = chart.splitlines()
    assert all(len(line) <= 70 for line in lines)
    assert "1e-7" in lines[-1]
    assert lines[-2].replace(" ", "") in ("▲△", "△▲")
    assert not root.exists()


def test_every_point_for_programs(ask):
    arguments = ("lrfind", "iris", "--from", "1e-3", "--to", "0.1", "--steps", "30")
    answer = ask(*arguments, "--json")
    assert answer.code == 0
    record = json.loads(answer.out)
    rates = [point["learning_rate"] for point in record["points"]]
    assert rates == pytest.approx(np.geomspace(1e-3, 0.1, 30))
    assert record["steepest"] in rates
    assert record["ended"] == "the highest rate, 0.1, was reached"
    assert ask(*arguments, "--json").out == answer.out
    assert ask(*arguments, "--set", "training.seed=1", "--json").out != answer.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "1", "--to", "1"), "--from must be below --to, got 1 and 1"),
        (("--from", "0"), "0.0 is not in the range"),
        (("--to", "2000"), "2000.0 is not in the range"),
        (("--to", "nan"), "nan is not in the range 0<x<=1000"),
        (("--steps", "5"), "5 is not in the range"),
        (("--set", "training.ema=2"), "training.ema: must be above 0 and below 1, got 2"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(ask, arguments, words):
    answer = ask("lrfind", "iris", *arguments)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert words in answer.err


def test_a_model_that_is_not_there(ask):
    answer = ask("lrfind", "irsi")
    assert (answer.code, "did you mean 'iris'" in answer.err) == (2, True)


def test_rates_too_small_to_move_anything_find_none(ask):
    answer = ask("lrfind", "iris", "--from", "1e-9", "--to", "1e-8")
    assert answer.code == 1
    assert "the loss never falls clearly: the highest rate, 1e-08, was reached" in answer.err
    assert "steepest" not in answer.out


def test_a_loss_that_is_lost_at_once_is_told_without_a_chart(ask, monkeypatch):
    ended = "the loss was not finite any more at 1e-07"
    monkeypatch.setattr("nntui.training.lr_finder.find_rates", lambda *_, **__: RateRange((), None, None, ended))
    answer = ask("lrfind", "iris")
    assert (answer.code, answer.out) == (1, f"steps\t0; {ended}\n")
    assert json.loads(ask("lrfind", "iris", "--json").out)["points"] == []


def test_on_a_terminal_it_fits(look):
    seen = look("lrfind", "iris")
    assert seen.code == 0
    assert any("steepest ▲" in line for line in seen.frames[-1])
    assert all(len(line) <= 80 for line in seen.frames[-1])
    assert sum("│" in line for line in seen.frames[-1]) == 12


def test_it_is_in_the_help(ask):
    assert "lrfind" in ask("--help").out
    assert "Exit code 1" in ask("lrfind", "--help").out


def test_a_falling_line_runs_from_the_upper_left_to_the_lower_right():
    rates = [1e-4, 1e-3, 1e-2, 1e-1]
    lines = curve_lines(rates, [3, 2, 1, 0], width=27, height=5, highest=9, marks={1e-3: "▲", 1e-1: "△"})
    assert lines == [
        "3.000 │⠉⠒⠤⣀",
        "      │    ⠉⠒⠤⣀",
        "      │        ⠉⠒⠤⣀",
        "      │            ⠉⠒⠤⣀",
        "    0 │                ⠉⠒⠤⣀",
        "      └────────────────────",
        "             ▲            △",
        "       1e-4  1e-3   1e-2",
    ]


@given(
    losses=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60),
    width=st.integers(1, 120),
    height=st.integers(2, 20),
    highest=st.floats(-1e6, 1e6),
)
def test_any_curve_stays_within_its_lines(losses, width, height, highest):
    rates = np.geomspace(1e-7, 10, len(losses)).tolist()
    lines = curve_lines(rates, losses, width=width, height=height, highest=highest, marks={rates[0]: "▲"})
    assert len(lines) == height + 3
    assert all(len(line) <= max(width, 22) for line in lines)


def test_one_point_is_no_curve():
    assert curve_lines([0.1], [1.0], width=40, height=5, highest=2, marks={}) == []
