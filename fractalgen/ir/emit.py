"""Terms -> nodes: structure written out, joins collapsed, columns assigned.

A join made in a step replaces an input that is a join of a lower level of the same recursion by that join's inputs.
So a join is kept *open* until something reads its value; the join above may take its inputs over before that happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fractalgen.ir.graph import Interval, Node, Scope
from fractalgen.ir.terms import CallTerm, JoinTerm, OpTerm, RepeatTerm, SequenceTerm, Term


@dataclass(frozen=True, slots=True)
class Span:
    """The columns of the network that run through a term.

    Attributes:
        low: The first column, counted from 0.
        high: One past the last.
        offset: The column that is the term's own first; later ones of the term follow, the last serves the rest.
    """

    low: int
    high: int
    offset: int


@dataclass(frozen=True, slots=True)
class RuleCall:
    """The part of a node that stands for a rule call not expanded yet."""

    term: CallTerm
    span: Span


@dataclass(slots=True)
class _OpenJoin:
    """A join whose value nobody has read yet."""

    term: JoinTerm
    inputs: list[int]
    columns: list[Interval]
    scope: Scope | None


class Emitter:
    """Appends nodes to a list.

    Args:
        inline: Whether rule calls are written out; otherwise each becomes one `RuleCall` node.
    """

    def __init__(self, *, inline: bool) -> None:
        self.nodes: list[Node] = []
        self._inline = inline
        self._counts: dict[tuple[int, str], int] = {}
        self._scopes: list[Scope] = []

    def add(self, node: Node) -> int:
        """Append a node and return its index."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def emit(self, term: Term, source: int, span: Span, scope: Scope | None) -> int:
        """Write out `term` reading node `source`, and return the node that holds its value."""
        return self._close(self._open(term, source, span, scope))

    def call(self, call: RuleCall, source: int, scope: Scope) -> int:
        """Write out the body of a rule call into `scope`."""
        self._scopes.append(scope)
        return self.emit(call.term.body, source, call.span, scope)

    def name(self, scope: Scope | None, base: str) -> str:
        """Return a name that is new in `scope`: conv, conv_2, conv_3."""
        key = (id(scope), base)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return base if count == 1 else f"{base}_{count}"

    def _open(self, term: Term, source: int, span: Span, scope: Scope | None) -> int | _OpenJoin:
        if isinstance(term, OpTerm):
            self.nodes.append(Node(term.part, (source,), None, self.name(scope, term.name), scope, None, term.place))
            return len(self.nodes) - 1
        if isinstance(term, SequenceTerm):
            value: int | _OpenJoin = source
            for part in term.parts:
                value = self._open(part, self._close(value), span, scope)
            return value
        if isinstance(term, JoinTerm):
            return self._join(term, source, span, scope)
        if isinstance(term, CallTerm):
            return self._call(term, source, span, scope)
        if isinstance(term, RepeatTerm):
            value = source
            for _ in range(term.times):
                value = self._open(term.body, self._close(value), span, scope)
            return value
        return source

    def _call(self, term: CallTerm, source: int, span: Span, scope: Scope | None) -> int:
        name = self.name(scope, term.rule.rpartition(".")[2])
        if not self._inline:
            return self.add(Node(RuleCall(term, span), (source,), None, name, scope, None, term.place))
        return self.call(RuleCall(term, span), source, Scope(name, scope, term.place))

    def _join(self, term: JoinTerm, source: int, span: Span, scope: Scope | None) -> _OpenJoin:
        opened = _OpenJoin(term, [], [], scope)
        intervals = _intervals(term, span) if term.droppable else {}
        for position, branch in enumerate(term.branches):
            inner = intervals.get(position, span)
            value = self._open(branch, source, inner, scope)
            if isinstance(value, _OpenJoin) and term.absorbs(value.term):
                opened.inputs += value.inputs
                opened.columns += value.columns
            else:
                opened.inputs.append(self._close(value))
                opened.columns.append((inner.low, inner.high))
        return opened

    def _close(self, value: int | _OpenJoin) -> int:
        if isinstance(value, int):
            return value
        term = value.term
        columns = tuple(value.columns) if term.droppable else None
        name = self.name(value.scope, _join_name(term.part))
        return self.add(Node(term.part, tuple(value.inputs), columns, name, value.scope, None, term.place))


def _join_name(part: Any) -> str:
    return str(type(part).__name__.lower())


def _intervals(term: JoinTerm, span: Span) -> dict[int, Span]:
    """Return the span of each branch: in order of depth, each as many columns as it has, the last also the rest."""
    spans = {}
    start = span.offset
    for rank, position in enumerate(term.order):
        count = term.branches[position].columns
        last = rank == len(term.order) - 1
        spans[position] = Span(max(start, span.low), span.high if last else start + count, start)
        start += count
    return spans


def whole(columns: int) -> Span:
    """Return the span of a network's body."""
    return Span(0, columns, 0)
