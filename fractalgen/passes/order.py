"""An order of execution that needs less memory.

The rule of Sethi and Ullman (The Generation of Optimal Code for Arithmetic Expressions, 1970), which is optimal for
trees: of the inputs of a node, compute first the one that needs most beyond what it leaves behind. On graphs whose
values have several readers it is a heuristic, so the better of its order and the graph's own is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.ir.graph import Graph
from fractalgen.passes.memory import peak_memory, value_bytes


def memory_order(graph: Graph) -> tuple[int, ...]:
    """Return every node of a graph with types, in the order of execution whose evaluation needs the least memory.

    `peak_memory` tells how much; the graph's own order is kept where it is as good.
    """
    own = tuple(range(len(graph.nodes)))
    found = _deepest_need_first(graph)
    return found if peak_memory(graph, found) < peak_memory(graph, own) else own


def _deepest_need_first(graph: Graph) -> tuple[int, ...]:
    sizes = [value_bytes(node) for node in graph.nodes]
    visits = _visits(graph, sizes)
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


def _visits(graph: Graph, sizes: Sequence[int]) -> list[list[int]]:
    """Return for each node its inputs in the order in which to compute them."""
    needs: list[int] = []
    visits = []
    for index, node in enumerate(graph.nodes):
        inputs = sorted(dict.fromkeys(node.inputs), key=lambda source: sizes[source] - needs[source])
        held = need = 0
        for source in inputs:
            need = max(need, held + needs[source])
            held += sizes[source]
        needs.append(max(need, held + sizes[index]))
        visits.append(inputs)
    return visits
