"""Parents -> a child, gene by gene: every hole is a whole number between 0 and the number of its values."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from fractalgen.search.samplers._crossover import cross
from fractalgen.search.samplers._mutation import with_value
from fractalgen.spec.holes import Hole, Space, Values

_NODE = re.compile(r".*\.graph\.nodes\.\w+")


def breed(space: Space, parents: Sequence[Values], mutation: float, draw: random.Random) -> Values:
    """Return a child of two parents that are drawn evenly, and may be one and the same.

    Args:
        space: The holes, none of which is continuous.
        parents: Points of the space.
        mutation: Chance of each hole to take the next or the last value before its own.
        draw: What decides.
    """
    child: Values = cross(space, draw.choice(parents), draw.choice(parents), draw, node_of)
    for hole in space.holes:
        if hole.name in child and draw.random() < mutation:
            child = with_value(space, child, hole, neighbour(hole, child[hole.name], draw.choice((-1, 1))), draw)
    return child


def node_of(hole: Hole) -> str:
    """Return the node of a `graph` that a hole belongs to, the innermost one; outside of graphs the hole itself."""
    found = _NODE.match(hole.name)
    return found[0] if found else hole.name


def neighbour(hole: Hole, value: float, steps: int) -> int:
    """Return the value that is some steps further; behind the last one comes the first."""
    size = hole.size or 1
    index = (int(value) - int(hole.low)) // hole.step
    return int(hole.low) + (index + steps) % size * hole.step
