"""Types along every edge, without torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fractalgen.errors import FractalGenError, GraphError, Place, ShapeError
from fractalgen.ir.builtin_rules import FILES
from fractalgen.ir.buses.streams import OpenBus
from fractalgen.ir.graph import Graph, Input, Node, part_name
from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Part, Types
from fractalgen.ir.pending import PendingPart
from fractalgen.ir.types import TensorType
from fractalgen.passes._base import Pass
from fractalgen.spec.limits import MAX_ELEMENTS, MAX_PARAMETERS


@dataclass(frozen=True)
class InferShapes(Pass):
    """Fill in each node's type, and the parameters that depend on the channels that reach it.

    Raises:
        ShapeError: types that do not fit; names the node and lists each branch with its shape.
        ParameterError: a parameter that is wrong for what reaches it.
    """

    def __call__(self, graph: Graph) -> Graph:
        """Return the graph with types."""
        memo: dict[Any, tuple[Any, TensorType, int]] = {}
        parameters = 0
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
                    _check_streams(node.part, inputs)
                    part = node.part.resolved(inputs)
                    type_ = part.infer(inputs)
                    found = memo[key] = (part, type_, part.cost(inputs).parameters)
                except FractalGenError as error:
                    raise _placed(error, node) from None
            part, type_, learned = found
            parameters += learned
            _check_size(node, type_, parameters)
            types.append(type_)
            nodes.append(Node(part, node.inputs, node.columns, node.name, node.scope, type_, node.place, node.share))
        inferred = replace(graph, nodes=tuple(nodes))
        _check_shared(inferred)
        return inferred


def _given(node: Node) -> TensorType:
    if node.type is None:
        raise GraphError(f"the input {node.path!r} has no type")
    return node.type


def _check_streams(part: Part | PendingPart, inputs: Types) -> None:
    """Check that only what can read the streams of a residual bus does."""
    streams = next((type_.streams for type_ in inputs if type_.streams is not None), None)
    if streams is None or (isinstance(part, Part) and part.takes_streams):
        return
    name = "residual_bus" if isinstance(part, OpenBus) else part_name(part)
    name = part.name if isinstance(part, PendingPart) else name
    hint = "Put it into `site: ...`."
    if isinstance(part, Join):
        hint = "Join by mean, sum, max or learned, or put the join into `site: ...`."
    raise ShapeError(f"{name} stands on a bus of {streams} streams outside of a site", hint)


def _check_size(node: Node, type_: TensorType, parameters: int) -> None:
    limits = (("parameters", parameters, MAX_PARAMETERS), ("elements in one tensor", type_.elements, MAX_ELEMENTS))
    for name, found, limit in limits:
        if found > limit:
            figure = f"{found:,}" if found < 10**18 else "more than 10^18"
            message = f"the network would have {figure} {name}, the limit is {limit:,}"
            raise _placed(GraphError(message, "Use fewer channels."), node)


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
