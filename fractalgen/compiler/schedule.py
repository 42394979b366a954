"""What to run for a pattern of surviving branches: only live nodes, each value freed after its last use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fractalgen.ir.graph import Graph, Input
from fractalgen.passes import kept_inputs

Kept = tuple[int, ...]
Pattern = Mapping[int, Kept]
"""Join node -> positions of its surviving inputs; joins that are not named keep all."""


@dataclass(frozen=True, slots=True)
class Step:
    """Run one node.

    Attributes:
        node: Its index.
        inputs: Nodes whose values it reads: for a join, those of the survivors.
        kept: For a join, the positions of the survivors; else None.
        done: Nodes whose values nobody reads after this step.
    """

    node: int
    inputs: tuple[int, ...]
    kept: Kept | None
    done: tuple[int, ...]


def schedule(graph: Graph, pattern: Pattern) -> tuple[Step, ...]:
    """Return the steps that the outputs need when joins keep what `pattern` says."""
    live = _live(graph, pattern)
    reads = {index: _inputs(graph, index, pattern) for index in live}
    last = {source: index for index in live for source in reads[index]}
    for output in graph.outputs:
        last.pop(output, None)
    done: dict[int, list[int]] = {}
    for source, index in last.items():
        done.setdefault(index, []).append(source)
    steps = []
    for index in live:
        node = graph.nodes[index]
        if not isinstance(node.part, Input):
            kept = pattern.get(index, tuple(range(len(node.inputs)))) if node.is_join else None
            steps.append(Step(index, reads[index], kept, tuple(done.get(index, ()))))
    return tuple(steps)


def column_pattern(graph: Graph, column: int) -> Pattern:
    """Return the pattern of one column, counted from 1: every droppable join keeps the column's input alone."""
    return {i: kept_inputs(node, column) for i, node in enumerate(graph.nodes) if node.columns is not None}


def _live(graph: Graph, pattern: Pattern) -> list[int]:
    seen = set(graph.inputs)
    stack = list(graph.outputs)
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            stack += _inputs(graph, index, pattern)
    return sorted(seen)


def _inputs(graph: Graph, index: int, pattern: Pattern) -> tuple[int, ...]:
    inputs = graph.nodes[index].inputs
    kept = pattern.get(index)
    return inputs if kept is None else tuple([inputs[position] for position in kept])
