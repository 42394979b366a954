"""Rule calls -> the ops and joins that they stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fractalgen.ir.build import written
from fractalgen.ir.graph import Graph
from fractalgen.passes._base import Pass


@dataclass(frozen=True)
class ExpandRules(Pass):
    """Write out every rule call, to the bottom of its recursion, with collapsed joins and columns."""

    def __call__(self, graph: Graph) -> Graph:
        """Return a graph without rule calls."""
        if graph.program is None:
            return graph
        return replace(written(graph.program, inline=True), name=graph.name)
