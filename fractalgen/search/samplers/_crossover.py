"""Two points -> a point that has each hole from one of them."""

from __future__ import annotations

import random
from collections.abc import Callable

from fractalgen.spec.holes import Hole, Space, Values


def alone(hole: Hole) -> str:
    """Return a unit of its own for each hole."""
    return hole.name


def cross(
    space: Space, one: Values, other: Values, draw: random.Random, unit: Callable[[Hole], str] = alone
) -> dict[str, int | float]:
    """Return a child of two points, whose holes of one unit come from one parent.

    Where the parents differ in a choice, all that depends on it comes from the parent whose alternative was taken;
    where they agree, the holes below are mixed like any others.
    """
    giver: dict[str, Values] = {}
    of_unit: dict[str, Values] = {}

    def pick(hole: Hole) -> int | float:
        giver[hole.name] = _giver(hole)
        return giver[hole.name][hole.name]

    def _giver(hole: Hole) -> Values:
        if hole.under and any(one.get(name) != other.get(name) for name, _ in hole.under):
            return giver[hole.under[-1][0]]
        name = unit(hole)
        if name not in of_unit:
            of_unit[name] = one if draw.random() < 0.5 else other
        return of_unit[name]

    return space.decide(pick)
