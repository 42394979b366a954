from __future__ import annotations

import random
from collections import Counter

import pytest

from fractalgen.search.samplers._crossover import cross
from fractalgen.search.samplers._mutation import mutate
from fractalgen.spec import load_text
from fractalgen.spec.holes import Hole, Space

BLOCK = Hole("block", "choice", 0, 2, labels=("fractal", "residual", "plain"))
COLUMNS = Hole("block.choice[0].fractal.columns", "int", 1, 4, under=(("block", (0,)),))
JOIN = Hole("block.choice[0].fractal.join", "choice", 0, 1, labels=("mean", "sum"), under=(("block", (0,)),))
DEPTH = Hole("block.choice[1].residual.columns", "int", 1, 4, under=(("block", (1,)),))
TREE = Space((BLOCK, COLUMNS, JOIN, DEPTH), 13)
SPEC = """
name: lists
network:
  input: [1, 8, 8]
  body: {sequence: HOLE}
"""
LISTS = {
    "subset": "{subset: {of: [relu, silu, gelu, mish], at_least: 2, at_most: 2}}",
    "prefix": "{prefix: {of: [relu, silu, gelu, mish], length: [1, 4]}}",
    "product": "{product: {of: [relu, silu, gelu], length: [2, 4], holds: [relu]}}",
    "one length": "{product: {of: [relu, silu], length: 3}}",
}


def number(low, high, **options):
    hole = Hole("x", options.pop("kind", "int"), low, high, **options)
    return Space((hole,), None)


def moves(space, point, times=2000):
    draw = random.Random(0)
    return Counter(tuple(sorted(mutate(space, point, draw).items())) for _ in range(times))


def steps(space, value, times=2000):
    return Counter({point[0][1]: count for point, count in moves(space, {"x": value}, times).items()})


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_gains_loses_swaps_or_replaces_items_and_every_list_can_be_reached(kind):
    (hole,) = load_text(SPEC.replace("HOLE", LISTS[kind])).space.holes
    space, draw = Space((hole,), None), random.Random(0)
    here, reached = {hole.name: 0}, set()
    for _ in range(30 * len(hole.labels)):
        here = mutate(space, here, draw)
        reached.add(here[hole.name])
    assert reached == set(range(len(hole.labels)))


def test_every_kind_of_edit_of_a_list_is_about_as_likely():
    (hole,) = load_text(SPEC.replace("HOLE", LISTS["product"])).space.holes
    start = hole.labels.index("[relu, silu, gelu]")
    found = moves(Space((hole,), None), {hole.name: start}, 1000)
    lengths = Counter[int]()
    for point, count in found.items():
        lengths[hole.labels[point[0][1]].count(",") + 1] += count
    assert 180 < lengths[2] < 330
    assert 180 < lengths[4] < 420
    assert 350 < lengths[3] < 600


def test_a_whole_number_steps_to_all_others_and_to_near_ones_more_often():
    found = steps(number(1, 9, step=2), 5)
    assert set(found) == {1, 3, 7, 9}
    assert min(found[3], found[7]) > 4 * max(found[1], found[9])
    assert 0.8 < found[3] / found[7] < 1.25


def test_a_number_at_the_end_of_its_range_steps_inside():
    assert set(steps(number(1, 3), 3)) <= {1, 2}
    assert set(steps(number(0, 1, kind="choice", labels=("a", "b")), 1)) == {0}
    assert all(0.0 <= value < 1.0 for value in steps(number(0.0, 1.0, kind="float"), 1.0))


def test_a_number_on_a_logarithmic_scale_steps_by_a_factor():
    space = number(1e-4, 1.0, kind="float", log=True)
    factors = [value / 1e-2 for value in steps(space, 1e-2).elements()]
    assert sorted(factors)[len(factors) // 2] == pytest.approx(1, rel=0.15)
    assert 2 < sorted(factors)[int(len(factors) * 0.84)] < 8


def test_a_large_whole_number_on_a_logarithmic_scale_steps_further_than_a_small_one():
    space = number(1, 1024, log=True)
    small, large = (sum(abs(v - at) for v in steps(space, at).elements()) / 2000 for at in (2, 256))
    assert small < 4
    assert large > 100


def test_another_alternative_keeps_what_fits_of_the_holes_below():
    found = moves(TREE, {"block": 0, COLUMNS.name: 3, JOIN.name: 1})
    assert found[(("block", 2),)] > 100
    kept, lost = found[("block", 1), (DEPTH.name, 3)], found[("block", 1), (DEPTH.name, 1)]
    assert kept > 100 > 10 * lost


def test_every_point_of_a_tree_can_be_reached_from_every_other():
    points = [tuple(sorted(point.items())) for point in TREE.points()]
    assert len(points) == 13
    draw = random.Random(0)
    for start in points:
        seen, here = set(), dict(start)
        for _ in range(600):
            here = mutate(TREE, here, draw)
            seen.add(tuple(sorted(here.items())))
        assert seen == set(points)


def test_every_hole_of_a_point_mutates_about_as_often():
    found = moves(TREE, {"block": 0, COLUMNS.name: 3, JOIN.name: 1}, 3000)
    block = sum(count for point, count in found.items() if dict(point)["block"] != 0)
    join = sum(count for point, count in found.items() if dict(point).get(JOIN.name) == 0)
    assert 800 < block < 1200
    assert 800 < join < 1200


def test_a_point_that_can_only_be_itself_stays():
    space = Space((Hole("x", "int", 3, 3), Hole("y", "choice", 0, 0, labels=("a",))), 1)
    assert mutate(space, {"x": 3, "y": 0}, random.Random(0)) == {"x": 3, "y": 0}


def test_a_child_mixes_its_parents_and_moves_what_depends_on_a_choice_as_a_whole():
    one = {"block": 0, COLUMNS.name: 1, JOIN.name: 0}
    other = {"block": 0, COLUMNS.name: 4, JOIN.name: 1}
    draw = random.Random(0)
    mixed = Counter(tuple(cross(TREE, one, other, draw).values()) for _ in range(400))
    assert set(mixed) == {(0, 1, 0), (0, 1, 1), (0, 4, 0), (0, 4, 1)}
    assert min(mixed.values()) > 60
    residual = {"block": 1, DEPTH.name: 2}
    assert all(cross(TREE, one, residual, draw) in (one, residual) for _ in range(50))
