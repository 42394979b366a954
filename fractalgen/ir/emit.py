"""Terms -> nodes: structure written out, joins collapsed, columns assigned.

A join made in a step replaces an input that is a join of a lower level of the same recursion by that join's inputs.
So a join is kept *open* until something reads its value; the join above may take its inputs over before that happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fractalgen.errors import GraphError, UnknownNameError
from fractalgen.ir.buses._base import Connection
from fractalgen.ir.buses.streams import CloseBus, OpenBus, ReadStreams, WriteStreams
from fractalgen.ir.graph import Interval, Node, Part, Scope, part_name
from fractalgen.ir.taps import Taps
from fractalgen.ir.terms import (
    BusTerm,
    CallTerm,
    Frame,
    FromTerm,
    GraphTerm,
    JoinTerm,
    OpTerm,
    RepeatTerm,
    ScopeTerm,
    SequenceTerm,
    SiteTerm,
    TapTerm,
    Term,
)
from fractalgen.registry import suggest


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
    """The part of a node that stands for a rule call, in the graph of rules."""

    rule: str


@dataclass(frozen=True, slots=True)
class TapRead:
    """The part of a node that reads a tap inside a rule call, in the graph of rules."""

    name: str


@dataclass(slots=True)
class _OpenJoin:
    """A join whose value nobody has read yet; `node` is its node once something, such as a tap, needed one."""

    term: JoinTerm
    inputs: list[int]
    columns: list[Interval]
    scope: Scope | None
    node: int | None = None


@dataclass(slots=True)
class _Bus:
    """A residual bus whose body is being written out, with the number of its sites so far."""

    connection: Connection
    sites: int = 0


Sources = tuple[int, ...]


class Emitter:
    """Appends nodes to a list.

    Args:
        inline: Whether rule calls are written out; otherwise each becomes one `RuleCall` node.
    """

    @property
    def taps(self) -> dict[str, int]:
        """Every tap by its full name -> the node that holds its value."""
        return self._taps.paths

    def __init__(self, *, inline: bool) -> None:
        self.nodes: list[Node] = []
        self._inline = inline
        self._counts: dict[tuple[int, str], int] = {}
        self._scopes: dict[int, Scope | None] = {}
        self._taps = Taps()
        self._bus: _Bus | None = None

    def add(self, node: Node) -> int:
        """Append a node and return its index."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def emit(self, term: Term, sources: Sources, span: Span, scope: Scope | None) -> int:
        """Write out `term` reading the nodes `sources`, and return the node that holds its value."""
        return self._close(self._open(term, sources, span, scope))

    def name(self, scope: Scope | None, base: str) -> str:
        """Return a name that is new in `scope`: conv, conv_2, conv_3."""
        key = (id(scope), base)
        self._scopes[id(scope)] = scope  # kept alive, so that no id is used again
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return base if count == 1 else f"{base}_{count}"

    def _open(self, term: Term, sources: Sources, span: Span, scope: Scope | None) -> int | _OpenJoin:
        if isinstance(term, OpTerm):
            source = _only(term.name, term, sources)
            name = self.name(scope, term.name)
            return self.add(Node(term.part, (source,), None, name, scope, None, term.place, term.share))
        if isinstance(term, SequenceTerm):
            for part in term.parts[:-1]:
                sources = (self._close(self._open(part, sources, span, scope)),)
            return self._open(term.parts[-1], sources, span, scope)
        if isinstance(term, JoinTerm):
            return self._join(term, sources, span, scope)
        if isinstance(term, CallTerm):
            return self._call(term, sources, span, scope)
        return self._open_rare(term, sources, span, scope)

    def _open_rare(self, term: Term, sources: Sources, span: Span, scope: Scope | None) -> int | _OpenJoin:
        if isinstance(term, RepeatTerm):
            value = self._open(term.body, sources, span, scope)
            for _ in range(term.times - 1):
                value = self._open(term.body, (self._close(value),), span, scope)
            return value
        if isinstance(term, ScopeTerm):
            return self._scoped(term, sources, span, scope)
        if isinstance(term, TapTerm):
            value = self._open(term.body, sources, span, scope)
            self._taps.add(term, self._node_of(value), scope)
            return value
        if isinstance(term, FromTerm):
            return self._read(term.frame, term.name, term, sources, scope)
        if isinstance(term, GraphTerm):
            return self._graph(term, sources, span, scope)
        if isinstance(term, BusTerm):
            return self._residual_bus(term, sources, span, scope)
        if isinstance(term, SiteTerm):
            return self._site(term, sources, span, scope)
        return _only("identity", term, sources)

    def _scoped(self, term: ScopeTerm, sources: Sources, span: Span, scope: Scope | None) -> int | _OpenJoin:
        with self._taps.inside(term.frame, dict(zip(term.inputs, sources, strict=False))):
            return self._open(term.body, sources, span, scope)

    def _read(self, frame: Frame, name: str, term: Term, sources: Sources, scope: Scope | None) -> int:
        found = self._taps.find(frame, name)
        if found is not None:
            return found
        if not self._inline:
            return self.add(Node(TapRead(name), sources[:1], None, self.name(scope, "from"), scope, None, term.place))
        known = self._taps.known(frame)
        raise UnknownNameError(f"nothing is called {name!r} before here", suggest(name, known), term.place)

    def _call(self, term: CallTerm, sources: Sources, span: Span, scope: Scope | None) -> int | _OpenJoin:
        wanted = len(term.inputs) or 1
        if len(sources) != wanted:
            listed = f" ({', '.join(term.inputs)})" if term.inputs else ""
            message = f"the rule {term.rule!r} reads {wanted} input{'s' * (wanted > 1)}{listed}, found {len(sources)}"
            raise GraphError(message, "Give them in `from: [...]` of a graph's node.", term.place)
        name = self.name(scope, term.rule.rpartition(".")[2])
        if not self._inline:
            return self.add(Node(RuleCall(term.rule), sources, None, name, scope, None, term.place))
        return self._close(self._open(term.body, sources, span, Scope(name, scope, term.place)))

    def _graph(self, term: GraphTerm, sources: Sources, span: Span, scope: Scope | None) -> int:
        values = {"input": sources[0]}
        exported: dict[str, dict[str, int]] = {}
        for node in term.graph_nodes:
            inputs = []
            for source in node.sources:
                owner, _, tap = source.partition(".")
                found = values.get(source, exported.get(owner, {}).get(tap))
                if found is None:
                    found = self._read(term.frame, tap or source, node.term, sources, scope)
                inputs.append(found)
            self._taps.last = {}
            values[node.name] = self.emit(node.term, tuple(inputs), span, scope)
            exported[node.name] = self._taps.last
        return values[term.output]

    def _residual_bus(self, term: BusTerm, sources: Sources, span: Span, scope: Scope | None) -> int:
        source = _only("residual_bus", term, sources)
        state = self._part(OpenBus(term.streams), (source,), term, scope)
        with self._on(_Bus(term.connection)):
            state = self.emit(term.body, (state,), span, scope)
        return self._part(CloseBus(), (state,), term, scope)

    def _site(self, term: SiteTerm, sources: Sources, span: Span, scope: Scope | None) -> int:
        bus, state = self._bus, _only("site", term, sources)
        if bus is None:
            raise GraphError(
                "site stands outside of a residual_bus",
                "Put it into the body of one; a bus inside of a site has sites of its own.",
                term.place,
            )
        weights = self._part(bus.connection.at(bus.sites), (state,), term, scope)
        bus.sites += 1
        read = self._part(ReadStreams(), (state, weights), term, scope)
        with self._on(None):
            value = self.emit(term.layer, (read,), span, scope)
        return self._part(WriteStreams(), (state, weights, value), term, scope)

    def _part(self, part: Part, inputs: Sources, term: Term, scope: Scope | None) -> int:
        return self.add(Node(part, inputs, None, self.name(scope, part_name(part)), scope, None, term.place))

    @contextmanager
    def _on(self, bus: _Bus | None) -> Iterator[None]:
        """Make `bus` the one that sites belong to."""
        before, self._bus = self._bus, bus
        yield
        self._bus = before

    def _join(self, term: JoinTerm, sources: Sources, span: Span, scope: Scope | None) -> _OpenJoin:
        opened = _OpenJoin(term, [], [], scope)
        intervals = _intervals(term, span) if term.droppable else {}
        for position, branch in enumerate(term.branches):
            inner = intervals.get(position, span)
            value = self._open(branch, sources[position : position + 1] if term.spread else sources, inner, scope)
            if isinstance(value, _OpenJoin) and term.absorbs(value.term):
                opened.inputs += value.inputs
                opened.columns += value.columns
            else:
                opened.inputs.append(self._close(value))
                opened.columns.append((inner.low, inner.high))
        return opened

    def _close(self, value: int | _OpenJoin) -> int:
        return value if isinstance(value, int) else self._node_of(value)

    def _node_of(self, value: int | _OpenJoin) -> int:
        """Return the node of a value; an open join gets one and stays open."""
        if isinstance(value, int):
            return value
        if value.node is not None:
            return value.node
        term = value.term
        columns = tuple(value.columns) if term.droppable else None
        name = self.name(value.scope, part_name(term.part))
        value.node = self.add(Node(term.part, tuple(value.inputs), columns, name, value.scope, None, term.place))
        return value.node


def _only(name: str, term: Term, sources: Sources) -> int:
    if len(sources) != 1:
        raise GraphError(f"{name!r} reads one node, found {len(sources)}", "Join them first.", term.place)
    return sources[0]


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
