"""The semantics of a network in its simplest form, which every other way to run one is tested against."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fractalgen.compiler.schedule import Parts, Pattern
from fractalgen.ir.graph import Graph, Input


def interpret(graph: Graph, parts: Parts, x: Tensor, pattern: Pattern | None = None) -> tuple[Tensor, ...]:
    """Return the outputs for `x`, `(batch, *input)`: every node that has its inputs runs, in order.

    A join runs over the inputs that `pattern` keeps; one that keeps none has no value, nor has what reads it.
    """
    values: dict[int, Tensor | None] = {}
    for index, node in enumerate(graph.nodes):
        kept = (pattern or {}).get(index, tuple(range(len(node.inputs))))
        inputs = [values[node.inputs[i]] for i in kept]
        if isinstance(node.part, Input):
            values[index] = x
        elif not inputs or any(value is None for value in inputs):
            values[index] = None
        else:
            values[index] = parts[index](inputs, kept) if node.is_join else parts[index](*inputs)
    return tuple(value for output in graph.outputs if (value := values[output]) is not None)


def interpret_samples(graph: Graph, parts: Parts, x: Tensor, patterns: Sequence[Pattern]) -> tuple[Tensor, ...]:
    """Return the outputs for `x` with a pattern of its own for each sample, run one after another.

    Only without batch statistics: a batch norm that trains would see one sample at a time.
    """
    rows = [interpret(graph, parts, x[i : i + 1], pattern) for i, pattern in enumerate(patterns)]
    return tuple(torch.cat(row) for row in zip(*rows, strict=True))
