"""What every graph must be, checked after each pass."""

from __future__ import annotations

from fractalgen.errors import CycleError, GraphError
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.parts import Op


def verify(graph: Graph) -> None:
    """Check references, order, names, joins and columns.

    Raises:
        CycleError: a node reads itself or a later node.
        GraphError: anything else that no graph may have; the message names the node.
    """
    if not graph.nodes or not graph.outputs:
        raise GraphError("a graph needs nodes and outputs")
    for output in graph.outputs:
        if not 0 <= output < len(graph.nodes):
            raise GraphError(f"output {output} is no node of the graph")
    paths: set[tuple[int, str]] = set()
    for index, node in enumerate(graph.nodes):
        _verify_inputs(index, node)
        if node.columns is not None:
            _verify_columns(index, node, graph.columns)
        key = (id(node.scope), node.name)
        if key in paths:
            raise GraphError(f"two nodes are called {node.path!r}")
        paths.add(key)


def _verify_inputs(index: int, node: Node) -> None:
    for source in node.inputs:
        if not 0 <= source < index:
            raise CycleError(f"node {index} ({node.path}) reads node {source}, which does not come before it")
    if isinstance(node.part, Input):
        if node.inputs:
            raise GraphError(f"the input {node.path!r} reads another node")
    elif not node.inputs:
        raise GraphError(f"node {index} ({node.path}) reads nothing")
    elif isinstance(node.part, Op) and len(node.inputs) > 1:
        raise GraphError(f"node {index} ({node.path}) reads {len(node.inputs)} nodes, an op reads one")


def _verify_columns(index: int, node: Node, columns: int) -> None:
    if not node.part.can_drop:
        raise GraphError(f"node {index} ({node.path}) cannot lose an input, yet is marked droppable")
    intervals = sorted(node.columns or ())
    if len(intervals) != len(node.inputs):
        raise GraphError(f"node {index} ({node.path}) has {len(node.inputs)} inputs and {len(intervals)} intervals")
    low = intervals[0][0]
    for start, end in intervals:
        if start != low or end <= start or end > columns:
            raise GraphError(f"the columns of node {index} ({node.path}) overlap or leave gaps: {intervals}")
        low = end
