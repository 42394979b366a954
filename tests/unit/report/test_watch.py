"""Watching a search: the report is written again after each trial."""

from __future__ import annotations

import json
import os

import pytest

from fractalgen.errors import SearchError
from fractalgen.report import watch_report

REFRESH = '<meta http-equiv="refresh"'


def test_the_report_follows_the_search_and_stands_still_at_its_end(search_run, board):
    steps = [(1, 2, False), (2, 5, False), (3, 5, True)]

    def write(now, count, ended):
        file = search_run / "leaderboard.json"
        file.write_text(json.dumps({**board, "trials": board["trials"][:count], "ended": ended}))
        os.utime(file, ns=(now, now))

    write(*steps.pop(0))
    watched = watch_report(search_run, lambda _: write(*steps.pop(0)))
    seen = [(len(found.trials), REFRESH in (search_run / "report.html").read_text()) for found in watched]
    assert seen == [(2, True), (5, True), (5, False)], "the best network is published after the last trial"


def test_nothing_is_written_while_nothing_changes(search_run, board):
    (search_run / "leaderboard.json").write_text(json.dumps({**board, "trials": board["trials"][:2]}))
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    found = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(watch_report(search_run, wait))
    assert len(waits) == 3


def test_only_a_search_can_be_watched(training_run):
    with pytest.raises(SearchError, match="only a search can be watched"):
        next(watch_report(training_run))
