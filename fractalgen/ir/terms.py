"""Terms: expressions with every value filled in, shared where they are equal.

f_(n-1) is one object however often f_n uses it, so that counts of nodes, columns and depth need no expansion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fractalgen.errors import Place
from fractalgen.spec.limits import MAX_NUMBER


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A structure that has not been expanded yet.

    Attributes:
        place: Where it was written.
        nodes: Nodes after expansion, joins collapsed; capped at 10^18.
        columns: Columns, as LANGUAGE counts them on the expression.
        longest: Nodes on its longest path.
    """

    place: Place
    nodes: int
    columns: int
    longest: int

    @property
    def tail(self) -> Term:
        """The term whose value this term's value is."""
        return self


@dataclass(frozen=True, eq=False, slots=True)
class Identity(Term):
    """The input itself."""


@dataclass(frozen=True, eq=False, slots=True)
class OpTerm(Term):
    """One op: the part, or a `PendingPart` that waits for the channels that reach it."""

    part: Any
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class SequenceTerm(Term):
    """Parts one after another."""

    parts: tuple[Term, ...]

    @property
    def tail(self) -> Term:
        """The last part's."""
        return self.parts[-1].tail


@dataclass(frozen=True, eq=False, slots=True)
class RepeatTerm(Term):
    """One body several times."""

    times: int
    body: Term

    @property
    def tail(self) -> Term:
        """The body's."""
        return self.body.tail


@dataclass(frozen=True, eq=False, slots=True)
class Recursion:
    """One rule call that recurses; joins made in its steps collapse with each other."""

    rule: str
    place: Place


@dataclass(frozen=True, eq=False, slots=True)
class JoinTerm(Term):
    """Branches merged.

    Attributes:
        part: The join.
        branches: What is merged.
        droppable: Whether drop-path may leave out branches.
        recursion: The rule call in whose step it was made, or None when it was written elsewhere.
        level: The level of that step.
        order: Positions of the branches, fewest nodes on the longest path first: the order of their columns.
    """

    part: Any
    branches: tuple[Term, ...]
    droppable: bool
    recursion: Recursion | None
    level: int
    order: tuple[int, ...]

    def absorbs(self, branch: Term) -> bool:
        """Whether the join that ends `branch` collapses into this one."""
        tail = branch.tail
        return (
            isinstance(tail, JoinTerm)
            and self.recursion is not None
            and tail.recursion is self.recursion
            and tail.level < self.level
            and tail.droppable == self.droppable
            and tail.part == self.part
        )


@dataclass(frozen=True, eq=False, slots=True)
class CallTerm(Term):
    """A rule call, for the names and provenance of what it makes."""

    rule: str
    body: Term
    recursion: Recursion | None = field(default=None)

    @property
    def tail(self) -> Term:
        """The body's."""
        return self.body.tail


def capped(number: int) -> int:
    """Return `number`, at most 10^18."""
    return min(number, MAX_NUMBER)


def op_term(place: Place, part: Any, name: str) -> OpTerm:
    """Return one op."""
    return OpTerm(place, 1, 1, 1, part, name)


def identity(place: Place) -> Identity:
    """Return the input itself."""
    return Identity(place, 0, 1, 0)


def sequence(place: Place, parts: tuple[Term, ...]) -> Term:
    """Return parts in a row; one part is itself, none is the input."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return identity(place)
    nodes = capped(sum(part.nodes for part in parts))
    longest = capped(sum(part.longest for part in parts))
    return SequenceTerm(place, nodes, max(part.columns for part in parts), longest, parts)


def repeat(place: Place, times: int, body: Term) -> Term:
    """Return `body` in a row with itself."""
    if times == 0:
        return identity(place)
    if times == 1:
        return body
    return RepeatTerm(place, capped(times * body.nodes), body.columns, capped(times * body.longest), times, body)


def join(
    place: Place,
    part: Any,
    branches: tuple[Term, ...],
    *,
    droppable: bool,
    step: tuple[Recursion, int] | None,
) -> JoinTerm:
    """Return branches merged, with its columns in order of depth."""
    recursion, level = step or (None, 0)
    order = tuple(sorted(range(len(branches)), key=lambda i: branches[i].longest))
    columns = sum if droppable else max
    draft = JoinTerm(
        place,
        0,
        capped(columns(branch.columns for branch in branches)),
        0,
        part,
        branches,
        droppable,
        recursion,
        level,
        order,
    )
    absorbed = [draft.absorbs(branch) for branch in branches]
    nodes = 1 + sum(branch.nodes - gone for branch, gone in zip(branches, absorbed, strict=True))
    longest = 1 + max(branch.longest - gone for branch, gone in zip(branches, absorbed, strict=True))
    return JoinTerm(
        place,
        capped(nodes),
        draft.columns,
        capped(longest),
        part,
        branches,
        droppable,
        recursion,
        level,
        order,
    )


def call(place: Place, rule: str, body: Term, recursion: Recursion | None) -> CallTerm:
    """Return a rule call around its body."""
    return CallTerm(place, body.nodes, body.columns, body.longest, rule, body, recursion)
