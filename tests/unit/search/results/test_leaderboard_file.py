from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fractalgen.search import Leaderboard, Row
from fractalgen.search.results import leaderboard_file as module
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.spec.search import Objective

BOARD = Leaderboard("digits", (Objective(metric="val_accuracy"),), 6)
NEXT = replace(BOARD, trials=(Row(0, "complete", {}, {"val_accuracy": 0.5}),))


class Hands:
    """A clock that a test sets; to write takes a second."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        self.now += 0.5
        return self.now


@pytest.fixture
def clock(monkeypatch):
    hands = Hands()
    monkeypatch.setattr(module, "time", hands)
    return hands


def trials(folder):
    return len(json.loads((folder / "leaderboard.json").read_text())["trials"])


def test_the_first_leaderboard_is_written_at_once(tmp_path, clock):
    LeaderboardFile(tmp_path, BOARD).offer(NEXT)
    assert trials(tmp_path) == 1


def test_writing_takes_at_most_a_twentieth_of_the_time(tmp_path, clock):
    file = LeaderboardFile(tmp_path, BOARD)
    file.write(BOARD)
    clock.now += 8
    file.offer(NEXT)
    assert trials(tmp_path) == 0
    clock.now += 2
    file.offer(NEXT)
    assert trials(tmp_path) == 1


def test_what_is_written_already_is_not_written_again(tmp_path, clock):
    file = LeaderboardFile(tmp_path, BOARD)
    file.write(NEXT)
    (tmp_path / "leaderboard.json").unlink()
    clock.now += 1000
    file.offer(NEXT)
    assert not (tmp_path / "leaderboard.json").exists()


def test_at_the_end_it_is_written_at_once(tmp_path, clock):
    file = LeaderboardFile(tmp_path, BOARD)
    file.write(BOARD)
    file.write(NEXT)
    assert trials(tmp_path) == 1
