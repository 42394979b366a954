"""What to run for a pattern of surviving branches: only live nodes, each value freed after its last use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from torch import Tensor, nn

from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph
from fractalgen.passes import kept_inputs
from fractalgen.passes.liveness import last_uses, reached

Kept = tuple[int, ...]
Pattern = Mapping[int, Kept]
"""Join node -> positions of its surviving inputs; joins that are not named keep all."""
Parts = Mapping[int, nn.Module]
Values = dict[int, Tensor]


@dataclass(frozen=True, slots=True)
class Step(ABC):
    """Run one node.

    Attributes:
        node: Its index.
        inputs: Nodes whose values it reads.
        done: Nodes whose values nobody reads after this step.
    """

    node: int
    inputs: tuple[int, ...]
    done: tuple[int, ...]

    @abstractmethod
    def value(self, parts: Parts, values: Values) -> Tensor:
        """Return the node's value."""


@dataclass(frozen=True, slots=True)
class BatchStep(Step):
    """Run one node on the whole mini-batch; `kept` are the positions of a join's survivors, None for an op."""

    kept: Kept | None

    def value(self, parts: Parts, values: Values) -> Tensor:
        """Return the node's value."""
        part = parts[self.node]
        if self.kept is None:
            result: Tensor = part(values[self.inputs[0]])
        else:
            result = part([values[i] for i in self.inputs], self.kept)
        return result


S_co = TypeVar("S_co", bound=Step, covariant=True)


@dataclass(frozen=True)
class Plan(Generic[S_co]):
    """What runs, in order.

    Attributes:
        steps: One a live node.
        sources: Nodes whose values are given.
        outputs: Nodes whose values are returned, in order.
    """

    steps: tuple[S_co, ...]
    sources: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Ends:
    """Where a plan begins and ends: nodes whose values are given, and nodes whose values are wanted."""

    sources: tuple[int, ...]
    outputs: tuple[int, ...]


def ends_of(graph: Graph) -> Ends:
    """Return the inputs and outputs of a whole network."""
    return Ends(graph.inputs, graph.outputs)


def plan(
    graph: Graph, pattern: Pattern, ends: Ends | None = None, order: Sequence[int] | None = None
) -> Plan[BatchStep]:
    """Return the steps that the outputs need when joins keep what `pattern` says.

    Args:
        graph: The network.
        pattern: What survives.
        ends: A part of the network; all of it when left out.
        order: Every node in an order of execution; the graph's own when left out.

    Raises:
        CompileError: the outputs need an input of the network that is not given.
    """
    ends = ends or ends_of(graph)
    live = live_nodes(graph, pattern, ends)
    running = [index for index in order or range(len(graph.nodes)) if index in live and index not in ends.sources]
    reads = {index: inputs_of(graph, index, pattern) for index in running}
    done = last_uses(reads, keep=ends.outputs)
    steps = []
    for index in running:
        kept = pattern.get(index, tuple(range(len(reads[index])))) if graph.nodes[index].is_join else None
        steps.append(BatchStep(index, reads[index], done.get(index, ()), kept))
    return Plan(tuple(steps), ends.sources, ends.outputs)


def column_pattern(graph: Graph, column: int) -> Pattern:
    """Return the pattern of one column, counted from 1: every droppable join keeps the column's input alone."""
    return {i: kept_inputs(node, column) for i, node in enumerate(graph.nodes) if node.columns is not None}


def live_nodes(graph: Graph, pattern: Pattern, ends: Ends) -> set[int]:
    """Return the nodes that the outputs need, the sources among them.

    Raises:
        CompileError: an input of the network is needed and not given.
    """
    live = reached(ends.sources, ends.outputs, lambda index: inputs_of(graph, index, pattern))
    missing = next((index for index in graph.inputs if index in live and index not in ends.sources), None)
    if missing is not None:
        names = ", ".join(graph.nodes[output].path for output in ends.outputs)
        raise CompileError(
            f"{names} also needs {graph.nodes[missing].path!r}, which is not given", "Name it as a start as well."
        )
    return live


def inputs_of(graph: Graph, index: int, pattern: Pattern) -> tuple[int, ...]:
    """Return what a node reads under a pattern."""
    inputs = graph.nodes[index].inputs
    kept = pattern.get(index)
    return inputs if kept is None else tuple([inputs[position] for position in kept])
