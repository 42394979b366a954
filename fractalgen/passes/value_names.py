"""What the values of a graph are called."""

from __future__ import annotations

from fractalgen.ir.graph import Graph


def value_names(graph: Graph) -> dict[str, int]:
    """Return every name of a value -> its node: taps, paths of nodes, and paths of rule calls for what they return."""
    return {**call_values(graph), **{node.path: index for index, node in enumerate(graph.nodes)}, **dict(graph.taps)}


def call_values(graph: Graph) -> dict[str, int]:
    """Return the path of each rule call -> the node that holds its value: the last one that the call made."""
    values: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        scope = node.scope
        while scope is not None:
            values[".".join(scope.path)] = index
            scope = scope.parent
    return values
