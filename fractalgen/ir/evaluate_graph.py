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


def graph_term(evaluator: Evaluator, expression: GraphExpr, environment: Environment) -> Term:
    """Return the term of a `graph` expression.

    Raises:
        CycleError: nodes that read each other.
        UnknownNameError: an output that is no node.
    """
    nodes = {node.name: _node(evaluator, node, environment) for node in expression.nodes}
    ordered = [nodes[name] for name in _order(expression, nodes)]
    output = evaluator.arguments.name(expression.output, environment)
    if output == "loose":
        ordered, output = _join_loose(expression, ordered)
    elif output not in nodes:
        raise UnknownNameError(f"the graph has no node {output!r}", suggest(output, nodes), expression.output.place)
    return terms.graph(expression.place, environment.frame, tuple(ordered), output)


def _node(evaluator: Evaluator, node: GraphNodeExpr, environment: Environment) -> GraphNode:
    sources = tuple(evaluator.arguments.name(tree, environment) for tree in node.sources)
    return GraphNode(node.name, _term(evaluator, node, sources, environment), sources, node.place)


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
    return [*ordered, GraphNode("loose", joined, tuple(loose), expression.output.place)], "loose"
