"""What each node of a graph costs, as a whole or in one column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.parts import Cost
from fractalgen.passes.columns import kept_inputs


class Costs:
    """Parameters and multiply-accumulates of the nodes of a graph with types."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._memo: dict[Any, Cost] = {}
        self._whole = [self._of(index, node, None) for index, node in enumerate(graph.nodes)]

    def each(self, indices: Iterable[int], column: int | None = None) -> Iterator[Cost]:
        """Yield what each node costs, in one column or in all; weights that several share count at the first."""
        counted: set[int] = set()
        for index in indices:
            node = self._graph.nodes[index]
            if column is None or node.columns is None:
                cost = self._whole[index]
            else:
                cost = self._of(index, node, kept_inputs(node, column))
            if node.share is not None:
                owner = self._graph.owners[index]
                cost = Cost(0, cost.macs) if owner in counted else cost
                counted.add(owner)
            yield cost

    def total(self, indices: Iterable[int], column: int | None = None) -> Cost:
        """Return the sum over nodes."""
        parameters = macs = 0
        for cost in self.each(indices, column):
            parameters += cost.parameters
            macs += cost.macs
        return Cost(parameters, macs)

    def _of(self, index: int, node: Node, kept: tuple[int, ...] | None) -> Cost:
        if isinstance(node.part, Input):
            return Cost()
        inputs = self._graph.input_types(index)
        key = (id(node.part), inputs, kept)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = node.part.cost(inputs) if kept is None else node.part.cost(inputs, kept)
        return found
