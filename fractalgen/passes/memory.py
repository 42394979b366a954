"""Bytes that the values of a graph take, without torch."""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.ir.graph import Graph
from fractalgen.passes.liveness import reached

FLOAT_BYTES = 4
"""float32, which weights and features are."""
_BYTES = {"float": FLOAT_BYTES, "int": 8}
_PER_PARAMETER = 3 * FLOAT_BYTES


def peak_memory(graph: Graph, order: Sequence[int] | None = None) -> int:
    """Return the most bytes that values take at one time of evaluation, for one sample.

    Nodes run in `order`, or in that of the list. While a node is computed, its own value, its inputs and all values
    that are still needed count, each with its elements times 4 bytes (float32), or 8 (int64) for token ids. A value
    counts until its last reader is done, an output until the end. Weights do not count, nor what a module needs
    inside, nor that some values are views of others.
    """
    sizes = value_sizes(graph)
    nodes, count = graph.nodes, len(graph.nodes)
    needed = reached(graph.inputs, graph.outputs, lambda index: nodes[index].inputs)
    live = [index for index in order or range(count) if index in needed]
    last = [-1] * count
    for position, index in enumerate(live):
        for source in nodes[index].inputs:
            last[source] = position
    for output in graph.outputs:
        last[output] = count
    held = peak = 0
    for position, index in enumerate(live):
        held += sizes[index]
        peak = max(held, peak)
        for source in nodes[index].inputs:
            if last[source] == position:
                held -= sizes[source]
                last[source] = count  # an input may repeat
    return peak


def training_memory(graph: Graph, parameters: int) -> int:
    """Return the bytes that a training step on one sample keeps for its backward pass and for the optimizer.

    These are the values of all nodes, the input among them, as in `peak_memory`, and for each parameter 12 bytes:
    its weight, its gradient and one momentum buffer, in float32.
    """
    return sum(value_sizes(graph)) + _PER_PARAMETER * parameters


def value_sizes(graph: Graph) -> list[int]:
    """Return the bytes of each node's value for one sample; types must have been inferred."""
    known: dict[int, int] = {}  # nodes of one kind have one type
    sizes = []
    for node in graph.nodes:
        key = id(node.type)
        if key not in known:
            known[key] = node.type.elements * _BYTES[node.type.dtype] if node.type else 0
        sizes.append(known[key])
    return sizes
