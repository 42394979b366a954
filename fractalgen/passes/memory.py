"""Bytes that the values of a graph take, without torch."""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.ir.graph import Graph, Node
from fractalgen.passes.liveness import last_uses, reached

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
    needed = reached(graph.inputs, graph.outputs, lambda index: graph.nodes[index].inputs)
    live = [index for index in order or range(len(graph.nodes)) if index in needed]
    done = last_uses({index: graph.nodes[index].inputs for index in live}, keep=graph.outputs)
    held = peak = 0
    for index in live:
        held += value_bytes(graph.nodes[index])
        peak = max(peak, held)
        held -= sum(value_bytes(graph.nodes[source]) for source in done.get(index, ()))
    return peak


def training_memory(graph: Graph, parameters: int) -> int:
    """Return the bytes that a training step on one sample keeps for its backward pass and for the optimizer.

    These are the values of all nodes, the input among them, as in `peak_memory`, and for each parameter 12 bytes:
    its weight, its gradient and one momentum buffer, in float32.
    """
    return sum(map(value_bytes, graph.nodes)) + _PER_PARAMETER * parameters


def value_bytes(node: Node) -> int:
    """Return the bytes of a node's value for one sample; its type must have been inferred."""
    return 0 if node.type is None else node.type.elements * _BYTES[node.type.dtype]
