"""The study's file is locked by another process: the search waits and says so, then gives up in one sentence."""

import sqlite3
import time
from contextlib import closing, contextmanager

TRIALS = 12
WAITS = "is locked by another process; waiting up to"


@contextmanager
def locked(search):
    """Hold an exclusive lock on the study."""
    with closing(sqlite3.connect(search.folder / "study.db", timeout=20, isolation_level=None)) as base:
        base.execute("BEGIN EXCLUSIVE")
        yield
        base.execute("ROLLBACK")


def check_resumed(search, known):
    trials = search.finish()
    assert [trial["number"] for trial in trials] == list(range(TRIALS))
    assert search.evaluated_twice() == []
    assert all(trial["state"] == "complete" for trial in trials)
    assert known <= search.kept()


def test_a_search_waits_for_a_study_that_is_locked_for_seconds_and_says_so(search):
    search.options |= {"trials": TRIALS, "pause": 0.02}
    search.start()
    search.await_lines(4)
    with locked(search):
        count = len(search.lines())
        time.sleep(1.5)
        assert len(search.lines()) <= count + 2, "no trial begins while the study cannot be written"
    assert search.wait() == 0
    assert search.errors.count(WAITS) == len(search.errors.splitlines()) == 1
    check_resumed(search, set())


def test_a_study_that_is_locked_for_ever_ends_the_search_with_one_error(search):
    search.options |= {"trials": TRIALS, "pause": 0.02}
    search.start(breakage="little_patience")
    search.await_lines(4)
    with locked(search):
        known = search.kept()
        assert search.wait() == 2
    says, error = search.errors.splitlines()
    assert WAITS in says
    assert "was locked by another process for" in error
    assert error.endswith("End what uses it; the same command goes on.")
    check_resumed(search, known)


def test_a_search_does_not_begin_on_a_study_that_is_locked(search):
    search.options |= {"trials": TRIALS}
    search.finish(trials=2)
    with locked(search):
        search.start(breakage="little_patience")
        assert search.wait() == 2
    assert "was locked by another process for" in search.errors.splitlines()[-1]
    check_resumed(search, {0, 1})
