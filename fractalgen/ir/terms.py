"""Terms: expressions with every value filled in, shared where they are equal.

f_(n-1) is one object however often f_n uses it, so that counts of nodes, columns and depth need no expansion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    share: str | None


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
        spread: Whether branch i reads input i of several, instead of all reading the same.
    """

    part: Any
    branches: tuple[Term, ...]
    droppable: bool
    recursion: Recursion | None
    level: int
    order: tuple[int, ...]
    spread: bool = False

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
    inputs: tuple[str, ...]

    @property
    def tail(self) -> Term:
        """The body's."""
        return self.body.tail


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Where the names of taps live: one rule call, or one level of it."""

    name: str


@dataclass(frozen=True, eq=False, slots=True)
class ScopeTerm(Term):
    """A body with taps of its own; `inputs` are names for what it reads."""

    frame: Frame
    inputs: tuple[str, ...]
    body: Term

    @property
    def tail(self) -> Term:
        """The body's."""
        return self.body.tail


@dataclass(frozen=True, eq=False, slots=True)
class TapTerm(Term):
    """A value with a name."""

    frame: Frame
    name: str
    body: Term

    @property
    def tail(self) -> Term:
        """The body's: naming a value changes nothing."""
        return self.body.tail


@dataclass(frozen=True, eq=False, slots=True)
class FromTerm(Term):
    """The value of a tap or of a named input."""

    frame: Frame
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class GraphNode:
    """A node of a `GraphTerm`: what it does, and the names of what it reads."""

    name: str
    term: Term
    sources: tuple[str, ...]
    place: Place


@dataclass(frozen=True, eq=False, slots=True)
class GraphTerm(Term):
    """Nodes in an order of execution; the value is that of `output`."""

    frame: Frame
    graph_nodes: tuple[GraphNode, ...]
    output: str


@dataclass(frozen=True, eq=False, slots=True)
class BusTerm(Term):
    """A body between whose sites `streams` tensors flow; `connection` says how sites read and write them."""

    streams: int
    connection: Any
    body: Term


@dataclass(frozen=True, eq=False, slots=True)
class SiteTerm(Term):
    """A layer that reads the streams of its bus and writes them."""

    layer: Term


def capped(number: int) -> int:
    """Return `number`, at most 10^18."""
    return min(number, MAX_NUMBER)


def op_term(place: Place, part: Any, name: str, share: str | None) -> OpTerm:
    """Return one op; `share` is the key of its weights, when it does not own them."""
    return OpTerm(place, 1, 1, 1, part, name, share)


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
    if times == 1 or isinstance(body, Identity):
        return body
    return RepeatTerm(place, capped(times * body.nodes), body.columns, capped(times * body.longest), times, body)


def join(
    place: Place,
    part: Any,
    branches: tuple[Term, ...],
    *,
    droppable: bool,
    step: tuple[Recursion, int] | None = None,
    spread: bool = False,
) -> JoinTerm:
    """Return branches merged, with its columns in order of depth."""
    recursion, level = step or (None, 0)
    order = tuple(sorted(range(len(branches)), key=lambda i: branches[i].longest))
    columns = (sum if droppable else max)(branch.columns for branch in branches)
    draft = JoinTerm(place, 0, capped(columns), 0, part, branches, droppable, recursion, level, order, spread)
    gone = [draft.absorbs(branch) for branch in branches]
    nodes = 1 + sum(branch.nodes - absorbed for branch, absorbed in zip(branches, gone, strict=True))
    longest = 1 + max(branch.longest - absorbed for branch, absorbed in zip(branches, gone, strict=True))
    return replace(draft, nodes=capped(nodes), longest=capped(longest))


def call(place: Place, rule: str, body: Term, inputs: tuple[str, ...]) -> CallTerm:
    """Return a rule call around its body."""
    return CallTerm(place, body.nodes, body.columns, body.longest, rule, body, inputs)


def scoped(place: Place, frame: Frame, inputs: tuple[str, ...], body: Term) -> ScopeTerm:
    """Return a body with taps of its own."""
    return ScopeTerm(place, body.nodes, body.columns, body.longest, frame, inputs, body)


def tap(place: Place, frame: Frame, name: str, body: Term) -> TapTerm:
    """Return a value with a name."""
    return TapTerm(place, body.nodes, body.columns, body.longest, frame, name, body)


def reference(place: Place, frame: Frame, name: str) -> FromTerm:
    """Return the value that a name stands for."""
    return FromTerm(place, 0, 1, 0, frame, name)


def graph(place: Place, frame: Frame, nodes: tuple[GraphNode, ...], output: str) -> GraphTerm:
    """Return a graph of nodes that are in an order of execution."""
    reached: dict[str, int] = {}
    for node in nodes:
        before = max(reached.get(source.partition(".")[0], 0) for source in node.sources)
        reached[node.name] = before + node.term.longest
    count = capped(sum(node.term.nodes for node in nodes))
    columns = max(node.term.columns for node in nodes)
    return GraphTerm(place, count, columns, capped(max(reached.values())), frame, nodes, output)


def bus(place: Place, streams: int, connection: Any, body: Term) -> BusTerm:
    """Return a body with the opening and the closing of its bus."""
    return BusTerm(place, capped(body.nodes + 2), body.columns, capped(body.longest + 2), streams, connection, body)


def site(place: Place, layer: Term) -> SiteTerm:
    """Return a layer with the weights, the read and the write of its site."""
    return SiteTerm(place, capped(layer.nodes + 3), layer.columns, capped(layer.longest + 3), layer)
