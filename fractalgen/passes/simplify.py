"""A closed list of changes that keep what is computed.

Identity expressions never become nodes. Removed here: ops that change nothing (dropout of rate 0), joins of one input
that pass it as it is, an idempotent activation directly after itself, dead nodes; parameter-free deterministic nodes
with equal inputs are one. Nothing else is merged: not two dropouts, not two batch norms, not sums within sums.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.joins.hyper_connection import HyperConnection
from fractalgen.ir.joins.learned import Learned
from fractalgen.ir.joins.manifold import Manifold
from fractalgen.ir.joins.max import Max
from fractalgen.ir.joins.mean import Mean
from fractalgen.ir.joins.shake import Shake
from fractalgen.ir.joins.sum import Sum
from fractalgen.ir.parts import Op
from fractalgen.passes._base import Pass
from fractalgen.passes.liveness import reached

_PASS_ONE = (Mean, Sum, Max, Learned, Shake, HyperConnection, Manifold)


@dataclass(frozen=True)
class Simplify(Pass):
    """Apply the closed list until nothing changes; one walk in order does it."""

    def __call__(self, graph: Graph) -> Graph:
        """Return the simplified graph; types must have been inferred."""
        stands_for = _Walk(graph).stands_for
        outputs = tuple(stands_for[output] for output in graph.outputs)
        alive = reached(graph.inputs, outputs, lambda index: [stands_for[s] for s in graph.nodes[index].inputs])
        if len(alive) == len(graph.nodes):
            return graph
        return _compact(graph, stands_for, outputs, alive)


class _Walk:
    """Finds for each node the one whose value it has: itself, one of its inputs, or an equal node before it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Any, int] = {}
        self._mergeable: dict[Any, bool] = {}
        self.stands_for: list[int] = []
        for index, node in enumerate(graph.nodes):
            self.stands_for.append(self._replacement(index, node))

    def _replacement(self, index: int, node: Node) -> int:
        part = node.part
        if isinstance(part, Input):
            return index
        inputs = tuple([self.stands_for[source] for source in node.inputs])
        if isinstance(part, Op):
            before = self._graph.nodes[inputs[0]].part
            if part.is_noop or (part.idempotent and type(part) is type(before) and part == before):
                return inputs[0]
        elif len(inputs) == 1 and isinstance(part, _PASS_ONE) and not part.projections(self._graph.input_types(index)):
            return inputs[0]
        if node.columns is not None or not self._is_mergeable(index, node):
            return index
        return self._known.setdefault((part, inputs), index)

    def _is_mergeable(self, index: int, node: Node) -> bool:
        """Whether equal inputs give equal outputs, with nothing learned; of joins that depends on their inputs."""
        key = (id(node.part), self._graph.input_types(index) if node.is_join else None)
        found = self._mergeable.get(key)
        if found is None:
            cost = node.part.cost(self._graph.input_types(index))
            found = self._mergeable[key] = not node.part.stochastic and not cost.parameters
        return found


def _compact(graph: Graph, stands_for: list[int], outputs: tuple[int, ...], alive: set[int]) -> Graph:
    new_index: dict[int, int] = {}
    nodes: list[Node] = []
    for index, node in enumerate(graph.nodes):
        if index in alive:
            new_index[index] = len(nodes)
            inputs = tuple([new_index[stands_for[source]] for source in node.inputs])
            nodes.append(
                Node(node.part, inputs, node.columns, node.name, node.scope, node.type, node.place, node.share)
            )
    taps = tuple((name, new_index[stands_for[i]]) for name, i in graph.taps if stands_for[i] in alive)
    return replace(graph, nodes=tuple(nodes), outputs=tuple(new_index[output] for output in outputs), taps=taps)
