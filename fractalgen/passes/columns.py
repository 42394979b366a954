"""The columns of a graph: what stays live when every droppable join keeps one input."""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.errors import GraphError
from fractalgen.ir.graph import Graph, Node
from fractalgen.passes.liveness import reached


def kept_inputs(node: Node, column: int) -> tuple[int, ...]:
    """Return the positions of the inputs that column `column` of the network, counted from 1, keeps."""
    if node.columns is None:
        return tuple(range(len(node.inputs)))
    return tuple([i for i, (low, high) in enumerate(node.columns) if low < column <= high])


def live_nodes(graph: Graph, column: int) -> list[int]:
    """Return the indices of the nodes that column `column` runs, in order.

    Raises:
        GraphError: there is no such column.
    """
    if not 1 <= column <= graph.columns:
        raise GraphError(f"there is no column {column}", f"The network has columns 1 to {graph.columns}.")
    nodes = graph.nodes

    def reads(index: int) -> Sequence[int]:
        node = nodes[index]
        return node.inputs if node.columns is None else [node.inputs[i] for i in kept_inputs(node, column)]

    return sorted(reached(graph.inputs, graph.outputs, reads))
