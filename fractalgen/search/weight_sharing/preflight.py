"""What cannot share weights is refused before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from fractalgen.errors import FractalGenError, SearchError
from fractalgen.spec.holes import Hole, Space, Values

if TYPE_CHECKING:
    from fractalgen.spec import Spec

_FIXED = {
    "network.input": "every network takes the same images",
    "network.outputs": "every network is judged by the same outputs",
    "data": "every network is trained on the same data",
    "train": "one recipe trains all networks",
    "drop_path": "one recipe trains all networks",
}
_VALUES = 8
_POINTS = 256


def check_sharing(spec: Spec) -> None:
    """Check that the networks of a space differ in nothing but what is between the same inputs and outputs.

    Raises:
        SearchError: a hole changes what goes in, what comes out, or how a network is trained; names the hole.
    """
    for hole in spec.space.holes:
        for section, reason in _FIXED.items():
            if hole.name == section or hole.name.startswith((f"{section}.", f"{section}[")):
                raise SearchError(
                    f"the hole {hole.name!r} cannot be searched with shared weights: {reason}",
                    f"Give it a value, as in --set {hole.name}=..., or take weight_sharing out of search.",
                )
    _check_outputs(spec)


def _check_outputs(spec: Spec) -> None:
    known = ""
    for hole, values in islice(_one_changed(spec.space), _POINTS):
        found = _outputs(spec, values)
        if known and found and found != known:
            raise SearchError(
                f"the hole {hole.name!r} changes what the network returns: {known} or {found}",
                "Networks that share weights end alike: put the hole before the last layer.",
            )
        known = known or found


def _one_changed(space: Space) -> Iterator[tuple[Hole, Values]]:
    """Yield the first point with each hole at each of its first values."""
    for hole in space.holes:
        low, high = hole.low, hole.high
        steps = [low, high] if hole.kind == "float" else range(int(low), int(high) + 1, hole.step)
        for value in islice(steps, _VALUES):
            yield hole, _with(space, hole, value)


def _with(space: Space, changed: Hole, value: float) -> Values:
    def pick(hole: Hole) -> float:
        if hole.name == changed.name:
            return value
        # A hole that exists under some alternatives only needs one of them.
        under = dict(changed.under).get(hole.name)
        return under[0] if under else hole.low if hole.kind == "float" else int(hole.low)

    return space.decide(pick)


def _outputs(spec: Spec, values: Values) -> str:
    """Return the types of what a point's network returns, as text; empty when it is no network."""
    from fractalgen.passes import expand

    try:
        graph = expand(spec.fill(values))
    except FractalGenError:
        return ""
    return ", ".join(str(graph.nodes[output].type) for output in graph.outputs)
