"""A point -> one that differs from it a little.

Every hole moves in its own way: a choice takes another alternative and keeps, of the holes below it, what fits; a
number takes a step on its scale; a list gains, loses, swaps or replaces an item. Now and then a whole subtree is drawn
anew. Any point can be reached from any other.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from fractalgen.search.candidate import draw_value
from fractalgen.spec.holes import Hole, Space, Values

_STEP = 0.15  # of the range, the standard deviation of a number's step
_REDRAW = 0.1
_JUMP = 0.1  # how often a list becomes any other


def mutate(space: Space, point: Values, draw: random.Random) -> Values:
    """Return a point that differs from `point` in one hole and what depends on it; `point` when nothing can."""
    free = free_holes(space, point)
    return change(space, point, draw.choice(free), draw) if free else point


def free_holes(space: Space, point: Values) -> list[Hole]:
    """Return the holes of a point that could have another value."""
    return [hole for hole in space.holes if hole.name in point and hole.low < hole.high]


def change(space: Space, point: Values, hole: Hole, draw: random.Random) -> Values:
    """Return `point` with another value in `hole`, or, now and then, in some hole below it."""
    below = [other for other in space.holes if _is_below(other, hole)]
    if below and draw.random() < _REDRAW:
        redrawn = _redraw(space, point, {hole.name, *(other.name for other in below)}, draw)
        if redrawn != point:
            return redrawn
    return with_value(space, point, hole, _another(hole, point[hole.name], draw), draw)


def _redraw(space: Space, point: Values, names: set[str], draw: random.Random) -> Values:
    kept = {name: value for name, value in point.items() if name not in names}
    return space.decide(lambda hole: kept[hole.name] if hole.name in kept else draw_value(hole, draw))


def with_value(space: Space, point: Values, changed: Hole, value: float, draw: random.Random) -> Values:
    """Return `point` with `value` in `changed`; holes that come to be take over what fits from those that go."""
    known = {**point, changed.name: value}

    def pick(hole: Hole) -> int | float:
        if hole.name in known:
            return known[hole.name]
        kin = _kin(space, point, changed, hole)
        return point[kin.name] if kin is not None else draw_value(hole, draw)

    return space.decide(pick)


def _kin(space: Space, point: Values, changed: Hole, new: Hole) -> Hole | None:
    """Return the one hole of the alternative that goes whose name and range are those of `new`."""
    going = (hole for hole in space.holes if hole.name in point and _is_below(hole, changed))
    found = [hole for hole in going if _likeness(hole) == _likeness(new)]
    return found[0] if len(found) == 1 else None


def _likeness(hole: Hole) -> tuple[object, ...]:
    return hole.name.rsplit(".", 1)[-1], hole.kind, hole.low, hole.high, hole.step, hole.labels


def _is_below(hole: Hole, other: Hole) -> bool:
    return any(name == other.name for name, _ in hole.under)


def _another(hole: Hole, value: float, draw: random.Random) -> int | float:
    if hole.kind != "choice":
        return _step(hole, value, draw)
    if hole.items and draw.random() >= _JUMP:
        edited = _edited(hole, int(value), draw)
        if edited is not None:
            return edited
    drawn = draw.randrange(len(hole.labels) - 1)
    return drawn + (drawn >= value)


def _step(hole: Hole, value: float, draw: random.Random) -> int | float:
    """Return a number some way from `value` on the hole's scale, back inside where the range ends."""
    low, high, here = (math.log(number) if hole.log else number for number in (hole.low, hole.high, value))
    move = draw.gauss(0, _STEP) * (high - low)
    there = here + move if low <= here + move <= high else here - move
    there = min(max(there, low), high)
    moved = math.exp(there) if hole.log else there
    if hole.kind == "float":
        return min(max(moved, hole.low), hole.high)
    whole = int(hole.low) + round((moved - hole.low) / hole.step) * hole.step
    if whole == value:
        whole += hole.step if there >= here else -hole.step
        if not hole.low <= whole <= hole.high:
            whole = 2 * int(value) - whole
    return min(max(whole, int(hole.low)), int(hole.high))


def _edited(hole: Hole, index: int, draw: random.Random) -> int | None:
    """Return the alternative that one edit makes of alternative `index`; every kind of edit is as likely."""
    numbers = {items: number for number, items in enumerate(hole.items)}
    kinds = sorted({item for items in hole.items for item in items})
    found = []
    for edits in (_inserted, _deleted, _swapped, _replaced):
        made = sorted({numbers[items] for items in edits(hole.items[index], kinds) if items in numbers} - {index})
        found += [made] if made else []
    return draw.choice(draw.choice(found)) if found else None


def _inserted(items: tuple[int, ...], kinds: list[int]) -> Iterator[tuple[int, ...]]:
    return ((*items[:place], kind, *items[place:]) for place in range(len(items) + 1) for kind in kinds)


def _deleted(items: tuple[int, ...], kinds: list[int]) -> Iterator[tuple[int, ...]]:  # noqa: ARG001 - as others
    return ((*items[:place], *items[place + 1 :]) for place in range(len(items)))


def _swapped(items: tuple[int, ...], kinds: list[int]) -> Iterator[tuple[int, ...]]:  # noqa: ARG001 - as others
    for second in range(len(items)):
        for first in range(second):
            between = items[first + 1 : second]
            yield (*items[:first], items[second], *between, items[first], *items[second + 1 :])


def _replaced(items: tuple[int, ...], kinds: list[int]) -> Iterator[tuple[int, ...]]:
    return ((*items[:place], kind, *items[place + 1 :]) for place in range(len(items)) for kind in kinds)
