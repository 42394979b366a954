"""Which rule calls which, for naming a circle when calls never end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fractalgen.errors import CycleError, Place
from fractalgen.spec import Rule
from fractalgen.spec.tree import Tree

_MOST_NAMES = 12


@dataclass(frozen=True, eq=False, slots=True)
class Caller:
    """The call that made expressions of a rule's text run, linked to the call in whose text it stands.

    A layer argument stands where it is written. So a rule around itself by layer arguments, csp around csp, is no
    circle: both calls stand in one text.

    Attributes:
        name: What the call calls the rule.
        rule: The rule.
        place: Where the call stands.
        outer: The call in whose rule's text this one stands; None in the network itself.
        arguments: What it gives the rule.
    """

    name: str
    rule: Rule
    place: Place
    outer: Caller | None
    arguments: Mapping[str, Tree]


def circle_of(caller: Caller | None) -> CycleError | None:
    """Return the error that names the first circle on the way to `caller`, or None when no rule is on it twice."""
    seen: dict[int, int] = {}
    chain = list(_from_outside(caller))
    for position, call in enumerate(chain):
        start = seen.setdefault(id(call.rule), position)
        if start < position:
            names = arrows([each.name for each in chain[start : position + 1]])
            hint = "Write a recursion as levels, base and step with recurse."
            return CycleError(f"rules call each other in a circle: {names}", hint, call.place)
    return None


def arrows(names: Sequence[str]) -> str:
    """Return a chain of names as `a -> b -> a`; the middle of a long one is left out."""
    half = _MOST_NAMES // 2
    shown = [*names[:half], "...", *names[-half:]] if len(names) > _MOST_NAMES else names
    return " -> ".join(shown)


def _from_outside(caller: Caller | None) -> Iterator[Caller]:
    inwards = []
    while caller is not None:
        inwards.append(caller)
        caller = caller.outer
    yield from reversed(inwards)
