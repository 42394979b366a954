"""The judgement at a rung against the plainest way to make it: sort everything that is there, count who is better."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fractalgen.search import EpochReport
from fractalgen.search.pruners.successive_halving import SuccessiveHalving
from fractalgen.search.ranking.front import front
from fractalgen.search.ranking.hypervolume import hypervolume
from fractalgen.search.ranking.layers import Layers
from fractalgen.search.rungs import Rungs
from fractalgen.spec.search import Objective

NUMBERS = st.integers(0, 6).map(float)
COSTS = st.integers(1, 4).flatmap(lambda places: st.lists(st.tuples(*[NUMBERS] * places), min_size=1, max_size=14))
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=14)
OBJECTIVES = (Objective(metric="val_accuracy"), Objective(metric="parameters", direction="minimize"))


def dominated(point, others):
    return any(all(a <= b for a, b in zip(other, point, strict=True)) and other != point for other in others)


def peeled(points):
    """Return the distinct points in fronts, the best first."""
    left, fronts = set(points), []
    while left:
        fronts.append({point for point in left if not dominated(point, left)})
        left -= fronts[-1]
    return fronts


def distance(point, layer):
    total = 0.0
    for axis in range(len(point)):
        ordered = sorted(sorted(layer), key=lambda other: other[axis])
        place = ordered.index(point)
        if place in (0, len(ordered) - 1):
            return math.inf
        extent = ordered[-1][axis] - ordered[0][axis]
        total += (ordered[place + 1][axis] - ordered[place - 1][axis]) / extent if extent else 0.0
    return total


def better(point, points):
    """Return how many of `points` come strictly before `point`."""
    fronts = peeled(points)
    at = {each: level for level, each_front in enumerate(fronts) for each in each_front}
    layer = fronts[at[point]]
    own = distance(point, layer)
    return sum(at[each] < at[point] or (each in layer and distance(each, layer) > own) for each in points)


@given(COSTS)
def test_each_point_is_placed_as_if_all_were_sorted_anew(points):
    layers = Layers()
    for number, point in enumerate(points, 1):
        assert layers.add(point) == better(point, points[:number])


@given(PAIRS, st.integers(2, 4))
def test_a_trial_goes_on_when_fewer_are_better_than_a_share_of_those_there(points, reduction):
    rungs = Rungs(SuccessiveHalving(reduction=reduction), OBJECTIVES, {})
    for number, (accuracy, parameters) in enumerate(points):
        stand = rungs.judge(number, EpochReport(1, 9, {"val_accuracy": accuracy}), {"parameters": parameters})
        costs = [(-one, other) for one, other in points[: number + 1]]
        assert stand.goes_on == (better(costs[-1], costs) < max(1, (number + 1) // reduction))
        assert (rungs.stopped(number) is None) == stand.goes_on


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=12), st.data())
def test_rungs_that_were_kept_judge_as_those_that_never_ended(points, data):
    def judge(rungs, numbers):
        return [
            rungs.judge(n, EpochReport(1, 9, {"val_accuracy": points[n][0]}), {"parameters": points[n][1]})
            for n in numbers
        ]

    cut = data.draw(st.integers(0, len(points)))
    whole = Rungs(SuccessiveHalving(), OBJECTIVES, {})
    expected = judge(whole, range(len(points)))
    first = judge(Rungs(SuccessiveHalving(), OBJECTIVES, {}), range(cut))
    again = Rungs(SuccessiveHalving(), OBJECTIVES, {number: [stand] for number, stand in enumerate(first)})
    assert judge(again, range(cut)) == [None] * cut, "one that was judged is not counted twice"
    assert first + judge(again, range(cut, len(points))) == expected


@given(COSTS.filter(lambda points: len(points[0]) > 1))
def test_the_hypervolume_is_the_number_of_unit_cells_that_are_dominated(points):
    reference = (5.0,) * len(points[0])
    cells = [()]
    for _ in reference:
        cells = [(*cell, float(step)) for cell in cells for step in range(5)]
    expected = sum(any(all(a <= b for a, b in zip(point, cell, strict=True)) for point in points) for cell in cells)
    assert math.isclose(hypervolume(tuple(points), reference), expected, abs_tol=1e-9)


@given(PAIRS)
def test_the_front_is_the_first_layer(points):
    assert {points[index] for index in front(points)} == peeled(points)[0]
