"""Hundreds of asks in the space of `digits.yaml`: nothing is trained twice."""

from __future__ import annotations

from collections import Counter

import pytest

from fractalgen.search import Result, SearchOptions, run_search
from fractalgen.spec import load

ASKS = 600
POINTS = 180


class Free:
    """Scores a network by the length of its spec, and notes which were asked for."""

    metrics = ("val_accuracy",)
    keeps_weights = False

    def __init__(self):
        self.ran = []

    def digest(self, data):
        return str(data)

    def run(self, job, _):
        self.ran.append(job.number)
        return Result({"val_accuracy": len(job.spec_file.read_text()) % 97 / 97})

    def publish(self, *_):
        return 0.5


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    evaluation = Free()
    options = SearchOptions(trials=ASKS, executor="inline", evaluation=evaluation)
    board = run_search(load("search_spaces/digits.yaml"), tmp_path_factory.mktemp("many") / "run", options)
    return board, evaluation.ran


@pytest.mark.slow
def test_six_hundred_asks_train_no_fingerprint_twice(searched):
    board, ran = searched
    counts = Counter(row.fingerprint for row in board.trials if row.number in ran)
    assert max(counts.values()) == 1
    assert len(ran) == len(counts) <= POINTS


@pytest.mark.slow
def test_trials_answered_from_the_cache_are_marked_and_have_the_values_of_their_source(searched):
    board, ran = searched
    assert len(board.trials) == ASKS
    trained = {row.number: row for row in board.trials if row.number in ran}
    repeats = [row for row in board.trials if row.number not in ran]
    assert all(row.cached and not row.epochs and not row.seconds for row in repeats)
    assert not any(row.cached for row in trained.values())
    assert all(
        (row.fingerprint, row.values) == (trained[row.source].fingerprint, trained[row.source].values)
        for row in repeats
    )


@pytest.mark.slow
def test_the_search_comes_to_every_network_of_the_space(searched):
    assert len(searched[1]) == POINTS
