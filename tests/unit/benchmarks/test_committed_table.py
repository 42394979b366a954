"""The table that the project ships with its benchmarks."""

import random
import statistics

import pytest

from benchmarks.fractalbench import FILE, load
from benchmarks.fractalbench.lookup import fingerprint
from benchmarks.fractalbench.space import read_space


@pytest.fixture(scope="module")
def table():
    return load(with_test=True)


def test_every_network_of_the_space_was_trained_with_three_seeds(table):
    assert len(table.architectures) == 612
    assert {tuple(known.trainings) for known in table.architectures.values()} == {(0, 1, 2)}
    assert {len(readings) for known in table.architectures.values() for readings in known.trainings.values()} == {8}
    assert FILE.stat().st_size < 3 * 2**20


def test_points_of_the_space_are_the_networks_of_the_table(table):
    spec = read_space()
    points = random.Random(0).sample(list(spec.space.points()), 12)
    assert [fingerprint(spec.fill(point).to_yaml()) for point in points] == [
        table.find(point).fingerprint for point in points
    ]


def test_scores_leave_room_for_a_search_to_be_better(table):
    accuracies = sorted(known.mean("val_accuracy") for known in table.architectures.values())
    assert accuracies[-1] > 0.9
    assert statistics.median(accuracies) < accuracies[-1] - 0.2


def test_it_says_how_it_was_made(table):
    assert table.made["trainings"] == 3 * 612
    assert {"python", "torch", "machine", "minutes", "of", "space"} <= table.made.keys()
