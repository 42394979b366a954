"""From a point of the space to a network that is checked, costed and ready to be trained."""

from __future__ import annotations

import hashlib
import math
import random
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from fractalgen.errors import FractalGenError

if TYPE_CHECKING:
    from fractalgen.spec import Spec
    from fractalgen.spec.holes import Hole, Space

Figure = Literal[
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
]
FIGURES: tuple[Figure, ...] = get_args(Figure)
"""Figures of the graph that a search can improve or bound."""

_REMEMBERED = 4096


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


def remembered(make: Realize) -> Realize:
    """Return `make` with an answer, or an error, that is known for each of the last points: many are drawn again."""
    known: OrderedDict[Hashable, Candidate | FractalGenError] = OrderedDict()

    def recall(point: Mapping[str, int | float]) -> Candidate:
        key = frozenset(point.items())
        if key not in known:
            known[key] = _tried(make, point)
            if len(known) > _REMEMBERED:
                known.popitem(last=False)
        found = known[key]
        if isinstance(found, FractalGenError):
            raise found.with_traceback(None)
        return found

    return recall


def _tried(make: Realize, point: Mapping[str, int | float]) -> Candidate | FractalGenError:
    try:
        return make(point)
    except FractalGenError as error:
        return error


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
