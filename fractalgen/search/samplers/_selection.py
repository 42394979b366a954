"""Who may have children: the better of a few, where better is a rank and how alone a point stands on the front."""

from __future__ import annotations

import random
from collections.abc import Sequence

from fractalgen.search.ranking.crowding import crowding
from fractalgen.search.ranking.front import front

Costs = Sequence[tuple[float, ...]]
"""One tuple an individual, all of one length; less is better in each place."""

Fitness = tuple[float, float]
"""Rank, then crowding turned so that less is better."""


def fitness(costs: Costs) -> list[Fitness]:
    """Return the fitness of each individual (Deb et al., IEEE TEC 2002, sections III A and B).

    Individuals that nothing beats in every objective have rank 0, those that only these beat rank 1, and so on;
    equals share a rank. Within a rank the one with more room around it is fitter.
    """
    found: list[Fitness] = [(0.0, 0.0)] * len(costs)
    for rank, members in enumerate(_ranks(costs)):
        for member, room in zip(members, crowding([costs[member] for member in members]), strict=True):
            found[member] = (float(rank), -room)
    return found


def tournament(fitnesses: Sequence[Fitness], size: int, draw: random.Random) -> int:
    """Return the fittest of `size` individuals drawn without replacement; of equals the one drawn first."""
    entrants = draw.sample(range(len(fitnesses)), min(size, len(fitnesses)))
    return min(entrants, key=lambda entrant: fitnesses[entrant])


def _ranks(costs: Costs) -> list[list[int]]:
    left = list(range(len(costs)))
    ranks = []
    while left:
        best = {costs[left[index]] for index in front([costs[index] for index in left])}
        ranks.append([index for index in left if costs[index] in best])
        left = [index for index in left if costs[index] not in best]
    return ranks
