"""From a point of the space to a network that is checked, costed and ready to be trained."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractalgen.spec import Spec
    from fractalgen.spec.holes import Hole, Space

FIGURES = (
    "parameters",
    "macs",
    "depth",
    "shortest_path",
    "nodes",
    "joins",
    "activations",
    "peak_memory",
    "ordered_memory",
    "training_memory",
    "receptive_field",
)
"""Figures of the graph that a search can improve or bound."""


@dataclass(frozen=True)
class Candidate:
    """A buildable network.

    Attributes:
        text: Its plain spec as YAML.
        fingerprint: Of the simplified graph.
        key: What the cache knows it by: fingerprint, recipe with its epochs, drop-path and data.
        figures: Figures of the graph.
    """

    text: str
    fingerprint: str
    key: str
    figures: Mapping[str, float]


Realize = Callable[[Mapping[str, int | float]], Candidate]
"""Makes a candidate of a point."""


def draw_point(space: Space, draw: random.Random) -> dict[str, int | float]:
    """Return a random point, every hole on its own."""
    return space.decide(lambda hole: draw_value(hole, draw))


def draw_value(hole: Hole, draw: random.Random) -> int | float:
    """Return a random value of a hole, uniform on its scale."""
    if hole.kind == "float":
        low, high = (math.log(end) if hole.log else end for end in (hole.low, hole.high))
        value = draw.uniform(low, high)
        return min(max(math.exp(value) if hole.log else value, hole.low), hole.high)
    if hole.log:
        # Each whole number has the share of the scale that is nearest to it.
        value = math.exp(draw.uniform(math.log(hole.low - 0.5), math.log(hole.high + 0.5)))
        return min(max(round(value), int(hole.low)), int(hole.high))
    return draw.randrange(int(hole.low), int(hole.high) + 1, hole.step)


def realize(spec: Spec, values: Mapping[str, int | float], data_digest: str) -> Candidate:
    """Fill the holes of `spec`, expand it, and cost it.

    Raises:
        SpecError: the point is no valid spec.
        GraphError: its branches or shapes do not fit.
    """
    from fractalgen.passes import expand, facts

    filled = spec.fill(values)
    costs = facts(expand(filled))
    parts = (
        costs.fingerprint,
        filled.train.model_dump_json(),
        filled.drop_path.model_dump_json(),
        data_digest,
    )
    return Candidate(
        text=filled.to_yaml(),
        fingerprint=costs.fingerprint,
        key=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        figures={name: getattr(costs, name) for name in FIGURES},
    )
