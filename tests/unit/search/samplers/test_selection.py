from __future__ import annotations

import math
import random
from collections import Counter

from fractalgen.search.samplers._selection import fitness, tournament


def test_ranks_are_peeled_front_by_front_and_equals_share_one():
    costs = [(0, 4), (1, 2), (3, 1), (1, 2), (2, 3), (4, 4), (0, 5)]
    assert [rank for rank, _ in fitness(costs)] == [0, 0, 0, 0, 1, 2, 1]


def test_within_a_rank_the_ends_come_first_and_then_those_with_room_around():
    costs = [(0.0, 10.0), (1.0, 8.0), (2.0, 7.0), (10.0, 0.0)]
    crowding = [-turned for _, turned in fitness(costs)]
    assert crowding == [math.inf, 0.2 + 0.3, 0.9 + 0.8, math.inf]


def test_with_one_objective_the_rank_is_the_order():
    assert [rank for rank, _ in fitness([(3.0,), (1.0,), (2.0,), (1.0,)])] == [2, 0, 1, 0]


def test_a_tournament_is_won_by_the_fittest_of_those_drawn():
    fit = [(float(rank), 0.0) for rank in range(10)]
    draw = random.Random(0)
    wins = Counter(tournament(fit, 3, draw) for _ in range(4000))
    # Entrant i wins when it and two weaker ones are drawn: C(9 - i, 2) of C(10, 3).
    expected = [math.comb(9 - i, 2) / math.comb(10, 3) for i in range(10)]
    assert all(abs(wins[i] / 4000 - share) < 0.03 for i, share in enumerate(expected))
    assert tournament(fit, 10, draw) == 0
    assert tournament(fit, 99, draw) == 0
