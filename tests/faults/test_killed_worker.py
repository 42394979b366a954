"""kill -9 of a process that evaluates: its trial is run again in another one, and no other trial is."""

import os
import signal
from collections import Counter

import pytest

TRIALS = 6


def kill_a_worker(search):
    """Kill the process of a trial that is being evaluated; return the number of the trial."""
    search.await_lines(3, "began")
    ended = {line.split()[1] for line in search.lines("ended")}
    _, number, _, pid = next(line.split() for line in search.lines("began") if line.split()[1] not in ended)
    os.kill(int(pid), signal.SIGKILL)
    return int(number)


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["process", "ray"])
def test_a_killed_worker_costs_its_trial_a_second_begin_and_nothing_else(search, executor):
    search.options |= {"executor": executor, "workers": 2, "trials": TRIALS, "pause": 0.3}
    search.start()
    number = kill_a_worker(search)
    assert search.wait() == 0, search.errors
    trials = search.trials()
    assert [trial["number"] for trial in trials] == list(range(TRIALS))
    assert {trial["state"] for trial in trials} == {"complete"}
    begun = Counter(int(line.split()[1]) for line in search.lines("began"))
    assert {trial for trial, count in begun.items() if count > 1} == {number}
    assert search.evaluated_twice() == []
