"""The loader of the table."""

import pytest

from benchmarks.fractalbench import load


@pytest.fixture(scope="module")
def table(made_up):
    return load(made_up)


def test_a_network_is_found_by_its_fingerprint_and_by_each_of_its_points(table):
    assert len(table.architectures) == 102
    for known in table.architectures.values():
        assert table.find(known.fingerprint) is known
        assert all(table.find(point) is known for point in known.points)


def test_the_order_of_holes_in_a_point_makes_no_difference(table):
    known = next(iter(table.architectures.values()))
    assert table.find(dict(reversed(known.points[0].items()))) is known


def test_a_reading_is_of_one_seed_and_one_epoch(table):
    name = next(iter(table.architectures))
    readings = [table.reading(name, seed, epoch) for seed in table.seeds for epoch in range(1, table.epochs + 1)]
    assert [reading.epoch for reading in readings] == [*range(1, 9)] * 3
    assert len({reading.val_accuracy for reading in readings}) == 24


def test_test_accuracies_are_given_on_request_alone(table, made_up):
    name = next(iter(table.architectures))
    assert table.reading(name, 0, 8).test_accuracy is None
    asked = load(made_up, with_test=True).reading(name, 0, 8)
    assert asked.test_accuracy == pytest.approx(asked.val_accuracy - 0.1)


def test_means_are_over_seeds(table):
    known = next(iter(table.architectures.values()))
    accuracies = [known.trainings[seed][2].val_accuracy for seed in table.seeds]
    assert known.mean("val_accuracy", 3) == pytest.approx(sum(accuracies) / 3)
    assert known.mean("val_accuracy") == known.mean("val_accuracy", 8)


def test_what_is_not_in_the_table_is_named(table):
    name = next(iter(table.architectures))
    with pytest.raises(LookupError, match="the table has no network 'abc'. Its holes are network.body"):
        table.find("abc")
    with pytest.raises(LookupError, match="the table has no seed 7. It has 0, 1, 2"):
        table.reading(name, 7, 1)
    with pytest.raises(LookupError, match="the table has no epoch 9. It has 1 to 8"):
        table.reading(name, 0, 9)
