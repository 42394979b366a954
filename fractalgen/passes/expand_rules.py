"""Rule calls -> the ops and joins that they stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fractalgen.ir.emit import Emitter, RuleCall
from fractalgen.ir.graph import Graph, Scope
from fractalgen.passes._base import Pass


@dataclass(frozen=True)
class ExpandRules(Pass):
    """Write out every rule call, to the bottom of its recursion, with collapsed joins and columns."""

    def __call__(self, graph: Graph) -> Graph:
        """Return a graph without rule calls."""
        if not any(isinstance(node.part, RuleCall) for node in graph.nodes):
            return graph
        emitter = Emitter(inline=True)
        index: list[int] = []
        for node in graph.nodes:
            inputs = tuple(index[source] for source in node.inputs)
            if isinstance(node.part, RuleCall):
                scope = Scope(node.name, node.scope, node.place)
                index.append(emitter.call(node.part, inputs[0], scope))
            else:
                index.append(emitter.add(replace(node, inputs=inputs)))
        outputs = tuple(index[output] for output in graph.outputs)
        return replace(graph, nodes=tuple(emitter.nodes), outputs=outputs)
