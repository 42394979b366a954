"""An order of execution that needs less memory.

The rule of Sethi and Ullman (The Generation of Optimal Code for Arithmetic Expressions, 1970), which is optimal for
trees: of the inputs of a node, compute first the one that needs most beyond what it leaves behind. On graphs whose
values have several readers it is a heuristic, so the better of its order and the graph's own is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fractalgen.ir.graph import Graph
from fractalgen.passes.memory import peak_memory, value_sizes


@dataclass(frozen=True)
class Order:
    """An order of execution.

    Attributes:
        nodes: Every node of the graph; each after those that it reads.
        peak: Bytes that its evaluation needs for one sample; see `memory`.
        written_peak: The same in the graph's own order.
    """

    nodes: tuple[int, ...]
    peak: int
    written_peak: int


def memory_order(graph: Graph) -> Order:
    """Return the order of a graph with types that needs least memory; its own where that is as good."""
    found, written = _deepest_need_first(graph), peak_memory(graph)
    peak = peak_memory(graph, found)
    return Order(found, peak, written) if peak < written else Order(tuple(range(len(graph.nodes))), written, written)


def _deepest_need_first(graph: Graph) -> tuple[int, ...]:
    visits = _visits(graph)
    order: list[int] = list(graph.inputs)
    begun = set(graph.inputs)
    stack = [(output, False) for output in reversed((*graph.outputs, *range(len(graph.nodes))))]
    while stack:
        index, ready = stack.pop()
        if ready:
            order.append(index)
        elif index not in begun:
            begun.add(index)
            stack.append((index, True))
            stack += [(source, False) for source in reversed(visits[index])]
    return tuple(order)


def _visits(graph: Graph) -> list[Sequence[int]]:
    """Return for each node its inputs in the order in which to compute them."""
    sizes = value_sizes(graph)
    needs: list[int] = []
    visits: list[Sequence[int]] = []
    for index, node in enumerate(graph.nodes):
        inputs: Sequence[int] = node.inputs
        if len(inputs) > 1:
            inputs = sorted(dict.fromkeys(inputs), key=lambda source: sizes[source] - needs[source])
        held = need = 0
        for source in inputs:
            need = max(need, held + needs[source])
            held += sizes[source]
        needs.append(max(need, held + sizes[index]))
        visits.append(inputs)
    return visits
