"""Types along every edge, without torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fractalgen.errors import FractalGenError, GraphError, Place, ShapeError
from fractalgen.ir.builtin_rules import FILES
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.types import TensorType
from fractalgen.passes._base import Pass


@dataclass(frozen=True)
class InferShapes(Pass):
    """Fill in each node's type, and the parameters that depend on the channels that reach it.

    Raises:
        ShapeError: types that do not fit; names the node and lists each branch with its shape.
        ParameterError: a parameter that is wrong for what reaches it.
    """

    def __call__(self, graph: Graph) -> Graph:
        """Return the graph with types."""
        memo: dict[Any, tuple[Any, TensorType]] = {}
        types: list[TensorType] = []
        nodes: list[Node] = []
        for node in graph.nodes:
            if isinstance(node.part, Input):
                nodes.append(node)
                types.append(_given(node))
                continue
            inputs = tuple([types[source] for source in node.inputs])
            key = (node.part, inputs)
            found = memo.get(key)
            if found is None:
                try:
                    part = node.part.resolved(inputs)
                    found = memo[key] = (part, part.infer(inputs))
                except FractalGenError as error:
                    raise _placed(error, node) from None
            part, type_ = found
            types.append(type_)
            nodes.append(Node(part, node.inputs, node.columns, node.name, node.scope, type_, node.place, node.share))
        inferred = replace(graph, nodes=tuple(nodes))
        _check_shared(inferred)
        return inferred


def _given(node: Node) -> TensorType:
    if node.type is None:
        raise GraphError(f"the input {node.path!r} has no type")
    return node.type


def _check_shared(graph: Graph) -> None:
    """Check that ops that share weights have the same parameters and read the same type."""
    for index, owner in enumerate(graph.owners):
        if owner != index:
            node, first = graph.nodes[index], graph.nodes[owner]
            if node.part != first.part or graph.input_types(index) != graph.input_types(owner):
                message = f"{first.path} and {node.path} share weights as {node.share!r}, yet differ"
                hint = "Give both the same parameters and inputs of one type, or another key."
                raise _placed(ShapeError(message, hint), node)


def _placed(error: FractalGenError, node: Node) -> FractalGenError:
    """Return the error with the node's path, at the innermost place that the user wrote."""
    place: Place | None = node.place
    scope = node.scope
    while place is not None and place.file.startswith(FILES) and scope is not None:
        place, scope = scope.place, scope.parent
    return type(error)(f"at {node.path}: {error.message}", error.hint, error.place or place)
