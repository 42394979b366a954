"""What a graph costs and how deep it is, without torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fractalgen.ir.canonical import canonical
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.ops.conv import Conv
from fractalgen.notebook import view
from fractalgen.passes.columns import kept_inputs, live_nodes
from fractalgen.passes.costs import Costs
from fractalgen.passes.liveness import reached
from fractalgen.passes.memory import training_memory
from fractalgen.passes.order import memory_order
from fractalgen.passes.simplify import Simplify


@dataclass(frozen=True)
class ColumnFacts:
    """One column, run alone with the same head.

    Attributes:
        index: Its number, from 1 for the shallowest.
        depth: Ops that count as layers on its longest path.
        parameters: Learned numbers that it reads.
        macs: Multiply-accumulates for one sample.
        conv_parameters: Weights of its convolutions alone.
        conv_macs: Multiply-accumulates of its convolutions alone.
    """

    index: int
    depth: int
    parameters: int
    macs: int
    conv_parameters: int
    conv_macs: int


@dataclass(frozen=True)
class Facts:
    """What is known of a network before torch is imported.

    Attributes:
        name: The spec's name.
        fingerprint: Canonical hash of the computation.
        parameters: Learned numbers that an output needs.
        macs: Multiply-accumulates for one sample forward, of nodes that an output needs.
        depth: Most layers (convolutions and attention) on a path from input to output.
        shortest_path: Fewest of them on a path.
        nodes: Nodes of the graph.
        joins: Joins among them.
        activations: Elements that the ops and joins which an output needs put out for one sample.
        peak_memory: Most bytes that values take at one time of evaluation, for one sample; see `memory`.
        ordered_memory: The same in the order that the compiled network runs in; see `order`.
        training_memory: Bytes that a training step on one sample keeps; see `memory`.
        receptive_field: Input rows that one output element can see.
        outputs: Shape of each output.
        columns: Each column alone.
    """

    name: str
    fingerprint: str
    parameters: int
    macs: int
    depth: int
    shortest_path: int
    nodes: int
    joins: int
    activations: int
    peak_memory: int
    ordered_memory: int
    training_memory: int
    receptive_field: int
    outputs: tuple[str, ...]
    columns: tuple[ColumnFacts, ...]

    def _repr_html_(self) -> str:
        return view("facts", self)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return dataclasses.asdict(self)


def facts(graph: Graph) -> Facts:
    """Return what is known of an expanded graph with types."""
    costs = Costs(graph)
    layers = [getattr(node.part, "depth", 0) for node in graph.nodes]
    alive = sorted(reached(graph.inputs, graph.outputs, lambda index: graph.nodes[index].inputs))
    total = costs.total(alive)
    needed = [graph.nodes[index] for index in alive if index not in graph.inputs]
    simple = Simplify()(graph)
    order = memory_order(simple)
    worked = [node for node in graph.nodes if not isinstance(node.part, Input)]
    return Facts(
        name=graph.name,
        fingerprint=canonical(simple).digest,
        parameters=total.parameters,
        macs=total.macs,
        depth=_along(graph, layers, max),
        shortest_path=_along(graph, layers, min),
        nodes=len(graph.nodes),
        joins=sum(node.is_join for node in worked),
        activations=sum(node.type.elements for node in needed if node.type),
        peak_memory=order.written_peak,
        ordered_memory=order.peak,
        training_memory=training_memory(simple, total.parameters),
        receptive_field=_receptive_field(graph),
        outputs=tuple(str(graph.nodes[output].type) for output in graph.outputs),
        columns=tuple(_column(graph, costs, layers, k) for k in range(1, graph.columns + 1)),
    )


def _column(graph: Graph, costs: Costs, layers: list[int], column: int) -> ColumnFacts:
    live = live_nodes(graph, column)
    total = costs.total(live, column)
    convs = costs.total((i for i in live if isinstance(graph.nodes[i].part, Conv)), column)
    deepest: dict[int, int] = {}
    for index in live:
        node = graph.nodes[index]
        inputs = [node.inputs[i] for i in kept_inputs(node, column)]
        deepest[index] = layers[index] + max((deepest[source] for source in inputs), default=0)
    depth = max(deepest[output] for output in graph.outputs)
    return ColumnFacts(column, depth, total.parameters, total.macs, convs.parameters, convs.macs)


def _along(graph: Graph, layers: list[int], choose: Callable[[Iterable[int]], int]) -> int:
    reached: list[int] = []
    for node, own in zip(graph.nodes, layers, strict=True):
        reached.append(own + (choose([reached[source] for source in node.inputs]) if node.inputs else 0))
    return choose([reached[output] for output in graph.outputs])


def _receptive_field(graph: Graph) -> int:
    """Return the largest reach along the height: reach += (kernel - 1) * jump; jump *= stride."""
    reach: list[int] = []
    jump: list[int] = []
    for index, node in enumerate(graph.nodes):
        if not node.inputs:
            reach.append(1)
            jump.append(1)
            continue
        widest = max(reach[source] for source in node.inputs)
        step = max(jump[source] for source in node.inputs)
        kernel, stride = _window(graph, index, node)
        reach.append(widest + (kernel - 1) * step)
        jump.append(step * stride)
    return max(reach[output] for output in graph.outputs)


def _window(graph: Graph, index: int, node: Node) -> tuple[int, int]:
    if node.is_join:
        return 1, 1
    window: tuple[int, int] = node.part.window(graph.input_types(index))
    return window
