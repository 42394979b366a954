from __future__ import annotations

import time
from dataclasses import replace

import pytest

from fractalgen.search.budget import Budget, Meter
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.spec.search import Objective, Search

BOARD = Leaderboard("digits", (Objective(metric="val_accuracy"), Objective(metric="macs", direction="minimize")), 0)


def row(accuracy, macs):
    return Row(0, "complete", {}, {"val_accuracy": accuracy, "macs": macs})


def test_trials_are_counted():
    meter = Meter(Budget(trials=3), 0.0)
    assert [meter.allows(begun) for begun in (2, 3)] == [True, False]


def test_without_a_bound_any_number_of_trials_is_allowed():
    assert Meter(Budget(), 0.0).allows(10**9)


def test_seconds_of_earlier_drivers_count():
    assert Meter(Budget(seconds=60.0), 50.0).allows(0)
    assert not Meter(Budget(seconds=60.0), 60.0).allows(0)


@pytest.mark.parametrize(
    ("found", "allowed"),
    [
        (row(0.97, 99), False),
        (row(0.98, 100), False),
        (row(0.96, 50), True),
        (row(0.99, 101), True),
        (Row(0, "pruned", {}, {}), True),
    ],
)
def test_one_trial_must_reach_every_value(found, allowed):
    meter = Meter(Budget(until={"val_accuracy": 0.97, "macs": 100}), 0.0)
    meter.see([found], BOARD)
    assert meter.allows(0) == allowed


def test_a_search_ends_with_the_first_trial_that_reaches_its_target(bench):
    bench.search = Search(sampler="random", until={"val_accuracy": 0.9})
    board = bench.run(0)
    good = [row.number for row in board.trials if row.values.get("val_accuracy", 0) >= 0.9]
    assert good == [board.trials[-1].number]
    asked = len(bench.evaluation.asked)
    assert len(bench.run(0).trials) == len(board.trials), "it is not begun again"
    assert len(bench.evaluation.asked) == asked


def test_time_that_was_spent_counts_when_the_search_goes_on(bench):
    bench.search = Search(sampler="random", time=0.3)
    bench.evaluation.fails = lambda *_: time.sleep(0.05)
    first = bench.run(0)
    assert len(first.trials) < 30
    assert len(bench.run(0).trials) == len(first.trials)
    longer = replace(bench, search=Search(sampler="random", time="1m"))
    assert len(longer.run(len(first.trials) + 1).trials) == len(first.trials) + 1


def test_a_search_that_is_interrupted_remembers_the_time(bench):
    def interrupt(*_):
        time.sleep(0.2)
        raise KeyboardInterrupt

    bench.evaluation.fails = interrupt
    with pytest.raises(KeyboardInterrupt):
        bench.run(5)
    assert bench.study().seconds >= 0.2


@pytest.mark.parametrize(
    ("search", "most"),
    [({}, 24), ({"trials": 5}, 5), ({"time": "2h"}, None), ({"until": {"a": 1}}, None), ({"trials": 9, "time": 7}, 9)],
)
def test_without_another_bound_a_search_has_24_trials(search, most):
    assert Search(**search).most_trials == most
