"""`graph` expressions -> terms: nodes put into an order of execution."""

from __future__ import annotations

from graphlib import CycleError as GraphlibCycleError
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from fractalgen.errors import CycleError, ParameterError, UnknownNameError
from fractalgen.ir import terms
from fractalgen.ir.call_chain import arrows
from fractalgen.ir.environment import Environment
from fractalgen.ir.joins import JOINS
from fractalgen.ir.parts import make
from fractalgen.ir.terms import GraphNode, Term
from fractalgen.registry import suggest
from fractalgen.spec.expressions import GraphExpr, GraphNodeExpr, JoinExpr

if TYPE_CHECKING:
    from fractalgen.ir.evaluate import Evaluator

LOOSE = "loose"
"""Where a node is read: all nodes that nobody reads."""


def graph_term(evaluator: Evaluator, expression: GraphExpr, environment: Environment) -> Term:
    """Return the term of a `graph` expression.

    Raises:
        CycleError: nodes that read each other.
        UnknownNameError: an output that is no node.
        ParameterError: a node that reads `loose` where every other node is read.
    """
    output = evaluator.arguments.name(expression.output, environment)
    sources = _sources(evaluator, expression, output, environment)
    nodes = {
        node.name: GraphNode(node.name, _term(evaluator, node, read, environment), read, node.place)
        for node, read in sources.items()
    }
    ordered = [nodes[name] for name in _order(expression, nodes)]
    if output == LOOSE:
        ordered, output = _join_loose(expression, ordered)
    elif output not in nodes:
        raise UnknownNameError(f"the graph has no node {output!r}", suggest(output, nodes), expression.output.place)
    return terms.graph(expression.place, environment.frame, tuple(ordered), output)


def _sources(
    evaluator: Evaluator, expression: GraphExpr, output: str, environment: Environment
) -> dict[GraphNodeExpr, tuple[str, ...]]:
    """Return what each node reads; `loose` stands for the nodes that are read nowhere by their names, in order."""
    written = {
        node: tuple(evaluator.arguments.name(tree, environment) for tree in node.sources) for node in expression.nodes
    }
    read = {output, *(source.partition(".")[0] for sources in written.values() for source in sources)}
    loose = [node.name for node, sources in written.items() if node.name not in read and LOOSE not in sources]
    return {node: _expanded(node, sources, loose) for node, sources in written.items()}


def _expanded(node: GraphNodeExpr, sources: tuple[str, ...], loose: list[str]) -> tuple[str, ...]:
    if LOOSE in sources and not loose:
        raise ParameterError(
            f"the node {node.name!r} reads loose ends, and there are none: another node reads each",
            "Name what it reads.",
            node.place,
        )
    return tuple(name for source in sources for name in (loose if source == LOOSE else (source,)))


def _term(evaluator: Evaluator, node: GraphNodeExpr, sources: tuple[str, ...], environment: Environment) -> Term:
    if not isinstance(node.of, JoinExpr):
        return evaluator.term(node.of, environment)
    branches = evaluator.branches(node.of, environment)
    if branches and len(sources) == 1:
        return evaluator.term(node.of, environment)
    if branches and len(branches) != len(sources):
        raise ParameterError(
            f"the join {node.name!r} has {len(branches)} branches and reads {len(sources)} nodes",
            "Branch i reads input i: give as many of both, or one input.",
            node.place,
        )
    branches = branches or tuple(terms.identity(node.place) for _ in sources)
    return evaluator.join(node.of, environment, branches, spread=True)


def _order(expression: GraphExpr, nodes: dict[str, GraphNode]) -> list[str]:
    reads = {name: [s.partition(".")[0] for s in node.sources] for name, node in nodes.items()}
    try:
        order = TopologicalSorter({n: [s for s in sources if s in nodes] for n, sources in reads.items()})
        return list(order.static_order())
    except GraphlibCycleError as error:
        circle = arrows(error.args[1])
        raise CycleError(f"nodes read each other: {circle}", "Remove one of the edges.", expression.place) from None


def _join_loose(expression: GraphExpr, ordered: list[GraphNode]) -> tuple[list[GraphNode], str]:
    """Return the nodes with one more that concatenates the values that nobody reads."""
    read = {source.partition(".")[0] for node in ordered for source in node.sources}
    loose = [node.name for node in expression.nodes if node.name not in read]
    if len(loose) == 1:
        return ordered, loose[0]
    branches = tuple(terms.identity(expression.place) for _ in loose)
    part = make(JOINS.get("concat"), "concat", {})
    joined = terms.join(expression.output.place, part, branches, droppable=False, spread=True)
    return [*ordered, GraphNode(LOOSE, joined, tuple(loose), expression.output.place)], LOOSE
