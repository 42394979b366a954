"""What holds of mutations and crossover in any space."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fractalgen.search.candidate import draw_point
from fractalgen.search.samplers._crossover import cross
from fractalgen.search.samplers._mutation import free_holes, mutate
from fractalgen.spec.holes import Hole, Space

SEEDS = st.integers(0, 2**32)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def spaces(draw, depth=2, most=3):
    holes = []

    def number(path, under):
        kind = draw(st.sampled_from(["int", "float"]))
        log = draw(st.booleans())
        low = draw(st.integers(1, 5))
        step = draw(st.integers(1, 3)) if kind == "int" and not log else 1
        width = draw(st.integers(0, 4)) * step
        holes.append(Hole(path, kind, low, low + width, step=step, log=log, under=under))

    def choice(path, under, left):
        count = draw(st.integers(1, 3))
        hole = Hole(path, "choice", 0, count - 1, labels=tuple(f"a{i}" for i in range(count)), under=under)
        holes.append(hole)
        for index in range(count):
            nested(f"{path}.choice[{index}]", (*under, (path, (index,))), left - 1)
        if count > 1 and draw(st.booleans()):
            number(f"{path}.shared", (*under, (path, tuple(range(1, count)))))

    def listed(path, under):
        items = draw(st.lists(st.tuples(*[st.integers(0, 2)] * draw(st.integers(1, 3))), min_size=1, unique=True))
        labels = tuple(map(str, items))
        holes.append(Hole(path, "choice", 0, len(items) - 1, labels=labels, under=under, items=tuple(items)))

    def nested(path, under, left):
        for index in range(draw(st.integers(0 if under else 1, most if left == depth else 2))):
            kind = draw(st.sampled_from(["number", "list", "choice"] if left else ["number", "list"]))
            name = f"{path}.{kind}{index}"
            {"number": number, "list": listed, "choice": lambda p, u: choice(p, u, left)}[kind](name, under)

    nested("body", (), depth)
    return Space(tuple(holes), None)


def is_valid(space, point):
    def checked(hole):
        hole.check(point[hole.name])
        return point[hole.name]

    return space.decide(checked) == point


@CALM
@given(spaces(), SEEDS)
def test_a_mutated_point_is_a_point_of_the_space_and_another_one(space, seed):
    draw = random.Random(seed)
    point = draw_point(space, draw)
    for _ in range(20):
        changed = mutate(space, point, draw)
        assert is_valid(space, changed)
        assert (changed != point) == bool(free_holes(space, point))
        point = changed


@CALM
@given(spaces(), SEEDS)
def test_a_child_is_a_point_of_the_space_with_each_value_from_a_parent(space, seed):
    draw = random.Random(seed)
    one, other = draw_point(space, draw), draw_point(space, draw)
    child = cross(space, one, other, draw)
    assert is_valid(space, child)
    assert all(value in (one.get(name), other.get(name)) for name, value in child.items())


@CALM
@given(spaces(), SEEDS)
def test_what_depends_on_a_choice_in_which_the_parents_differ_comes_from_one_of_them(space, seed):
    draw = random.Random(seed)
    one, other = draw_point(space, draw), draw_point(space, draw)
    child = cross(space, one, other, draw)
    for hole in space.holes:
        if hole.kind == "choice" and hole.name in child and one.get(hole.name) != other.get(hole.name):
            giver = one if child[hole.name] == one.get(hole.name) else other
            below = [h.name for h in space.holes if h.name in child and hole.name in dict(h.under)]
            assert all(child[name] == giver[name] for name in below)


@CALM
@given(spaces(), SEEDS)
def test_a_child_of_equal_parents_is_their_equal(space, seed):
    draw = random.Random(seed)
    point = draw_point(space, draw)
    assert cross(space, point, point, draw) == point
