"""Points to begin with, as people write them: hole -> number, or the text of an alternative."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from fractalgen.errors import ParameterError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.search.candidate import draw_value
from fractalgen.spec.holes import Hole, Space, Values
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import show


def read_point(space: Space, tree: Tree) -> dict[str, int | float]:
    """Return the values that a spec gives, for some or all of the holes of `space`.

    Raises:
        SpecError: no such hole, a value that it cannot take, or a hole that other values leave out; with its place.
    """
    if not tree.is_map:
        raise ParameterError(f"a point is a mapping of holes to values, found {show(tree.plain())}", "", tree.place)
    holes = {hole.name: hole for hole in space.holes}
    given = {}
    for name, value in tree.items():
        if name not in holes:
            raise UnknownNameError(f"the space has no hole {name!r}", suggest(name, holes), tree.key_place(name))
        given[name] = _value(holes[name], value)
    for name in given:
        for outer, indices in holes[name].under:
            if outer in given and given[outer] not in indices:
                message = f"the hole {name!r} does not exist when {outer!r} is {holes[outer].label(given[outer])}"
                raise ParameterError(message, "Leave it out.", tree.key_place(name))
    return given


def whole_point(space: Space, given: Values, seed: str) -> dict[str, int | float]:
    """Return a point of `space` with the given values; the others are drawn, the same ones for one seed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    outer = {name: indices[0] for hole in space.holes if hole.name in given for name, indices in hole.under}
    known = {**outer, **given}
    return space.decide(lambda hole: known[hole.name] if hole.name in known else draw_value(hole, draw))


def same_point(space: Space, params: Mapping[str, Any]) -> dict[str, int | float] | None:
    """Return the point whose labels are `params`; None when `space` has no such point."""
    try:
        values = space.decide(lambda hole: _index(hole, params[hole.name]))
    except (KeyError, ValueError, ParameterError):
        return None
    return values if values.keys() == params.keys() else None


def _index(hole: Hole, label: Any) -> int | float:
    if hole.kind == "choice":
        return hole.labels.index(label)
    hole.check(label)
    return float(label) if hole.kind == "float" else int(label)


def _value(hole: Hole, tree: Tree) -> int | float:
    if hole.kind == "choice":
        texts = {tree.text(), str(tree.value)}
        found = next((index for index, label in enumerate(hole.labels) if label in texts), None)
        if found is None:
            hint = suggest(tree.text(), hole.labels)
            raise ParameterError(f"hole {hole.name!r} has no alternative {tree.text()}", hint, tree.place)
        return found
    if isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
        raise ParameterError(f"hole {hole.name!r} takes a number, found {show(tree.plain())}", "", tree.place)
    try:
        hole.check(tree.value)
    except ParameterError as error:
        raise ParameterError(error.message, error.hint, tree.place) from None
    return float(tree.value) if hole.kind == "float" else int(tree.value)
