"""How much work it is to write a term out, before it is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

from fractalgen.ir.terms import GraphNode, RepeatTerm, Term, capped


def written_size(term: Term) -> int:
    """Return how many terms are visited when `term` is written out, each where it stands; capped at 10^18.

    Rounds and calls that hold no node count as well: 10,000 times 10,000 rounds of nothing are 10^8 visits.
    """
    sizes: dict[int, int] = {}
    stack = [(term, False)]
    while stack:
        each, ready = stack.pop()
        if id(each) in sizes:
            continue
        inner = list(_inside(each))
        if ready:
            times = each.times if isinstance(each, RepeatTerm) else 1
            sizes[id(each)] = capped(1 + times * sum(sizes[id(child)] for child in inner))
        else:
            stack.append((each, True))
            stack += [(child, False) for child in inner]
    return sizes[id(term)]


def _inside(term: Term) -> Iterator[Term]:
    kind: Any = type(term)
    for name in _fields(kind):
        value = getattr(term, name)
        for each in value if isinstance(value, tuple) else (value,):
            inner = each.term if isinstance(each, GraphNode) else each
            if isinstance(inner, Term):
                yield inner


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    own = {item.name for item in dataclasses.fields(Term)}
    return tuple(item.name for item in dataclasses.fields(kind) if item.name not in own)
