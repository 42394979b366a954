"""Two points -> a point that has each hole from one of them."""

from __future__ import annotations

import random

from fractalgen.spec.holes import Hole, Space, Values


def cross(space: Space, one: Values, other: Values, draw: random.Random) -> Values:
    """Return a child of two points, hole by hole.

    Where the parents differ in a choice, all that depends on it comes from the parent whose alternative was taken;
    where they agree, the holes below are mixed like any others.
    """
    giver: dict[str, Values] = {}

    def pick(hole: Hole) -> int | float:
        giver[hole.name] = _giver(hole, one, other, giver, draw)
        return giver[hole.name][hole.name]

    return space.decide(pick)


def _giver(hole: Hole, one: Values, other: Values, giver: dict[str, Values], draw: random.Random) -> Values:
    if hole.under and any(one.get(name) != other.get(name) for name, _ in hole.under):
        return giver[hole.under[-1][0]]
    return one if draw.random() < 0.5 else other
