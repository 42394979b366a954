"""The maker of the table: what it trains, and that it goes on."""

import json

import pytest

from benchmarks.fractalbench import load
from benchmarks.fractalbench.make import LINES, TABLE, make
from benchmarks.fractalbench.space import SPACE, networks, read_space
from fractalgen import load as load_spec


@pytest.fixture
def tiny_space():
    part = "network.body.fractal_net"
    fixed = {"blocks": 1, "width": 4, "columns": 2, "join": "sum", "unit": "{conv_bn_relu: {out: $out}}"}
    return load_spec(SPACE, [*(f"{part}.{name}={value}" for name, value in fixed.items()), "train.epochs=2"])


def scores(file):
    """Every line but how long it took."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [{key: value for key, value in row.items() if "seconds" not in key} for row in rows]


def test_the_space_has_more_than_600_distinct_networks():
    found = networks(read_space())
    assert len(found) == len({network.fingerprint for network in found}) == 612
    assert sum(len(network.points) for network in found) == 864


def test_points_that_differ_in_nothing_but_the_join_of_one_column_are_one_network(small_space):
    found = networks(small_space)
    assert sorted(len(network.points) for network in found) == [1] * 6 + [2] * 3


def test_making_in_two_calls_gives_the_scores_of_one(tiny_space, tmp_path):
    assert make(tiny_space, tmp_path / "one") == 0
    assert make(tiny_space, tmp_path / "two", 4) == 2
    assert not (tmp_path / "two" / TABLE).exists()
    lines = tmp_path / "two" / LINES
    lines.write_text(lines.read_text() + '{"cut off by a kill')
    assert make(tiny_space, tmp_path / "two") == 0
    assert scores(lines) == scores(tmp_path / "one" / LINES)


def test_a_made_table_says_what_the_trainings_said(tiny_space, tmp_path):
    make(tiny_space, tmp_path)
    first = json.loads((tmp_path / LINES).read_text().splitlines()[0])
    table = load(tmp_path / TABLE, with_test=True)
    readings = [table.reading(first["fingerprint"], first["seed"], epoch) for epoch in (1, 2)]
    assert [reading.val_accuracy for reading in readings] == first["val_accuracy"]
    assert [reading.test_accuracy for reading in readings] == first["test_accuracy"]
    assert table.made["trainings"] == 6


def test_trainings_of_another_recipe_are_refused(tiny_space, tmp_path):
    make(tiny_space, tmp_path, 1)
    other = load_spec(SPACE, ["train.epochs=3"])
    with pytest.raises(SystemExit, match="trainings of another space, recipe or data. Give another --out"):
        make(other, tmp_path, 1)
