"""Activation checkpointing (Chen et al., arXiv 1604.06174): the backward pass computes activations again.

By *block*, all that one rule call of the body made is one segment; by *column*, each stretch of nodes between two
joins. Only what enters and leaves a segment is kept. By *norm*, see `lean_norm`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from fractalgen.compiler.schedule import Parts, Plan, Step, Values
from fractalgen.compiler.statistics import batch_norms
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph

Checkpointing = Literal["none", "norm", "block", "column"]
Run = Callable[[Parts, Sequence[Step], Values], None]


@dataclass(frozen=True)
class Segment:
    """Steps that are computed again together; `enters` and `leaves` are the nodes whose values cross its border."""

    steps: tuple[Step, ...]
    enters: tuple[int, ...]
    leaves: tuple[int, ...]


def segments(graph: Graph, what: Plan[Step], by: Checkpointing) -> Iterator[Segment]:
    """Yield the steps of a plan in segments.

    Raises:
        CompileError: `by` is no way to cut.
    """
    cut = _CUTS.get(by)
    if cut is None:
        raise CompileError(f"checkpointing must be one of none, norm, {', '.join(_CUTS)}, found {by!r}")
    steps: list[Step] = []
    for step in what.steps:
        if steps and cut(graph, steps[-1], step):
            yield _segment(tuple(steps), what)
            steps = []
        steps.append(step)
    if steps:
        yield _segment(tuple(steps), what)


def recompute(parts: Parts, segment: Segment, values: Values, run: Run) -> None:
    """Run a segment; without gradients, or for a single step, there is nothing to save."""
    if len(segment.steps) == 1 or not torch.is_grad_enabled():
        run(parts, segment.steps, values)
        return
    norms = list(batch_norms({step.node: parts[step.node] for step in segment.steps}).values())

    def again(*entering: Tensor) -> tuple[Tensor, ...]:
        inner = dict(zip(segment.enters, entering, strict=True))
        run(parts, segment.steps, inner)
        return tuple(inner[index] for index in segment.leaves)

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _statistics_kept(norms)

    entering = [values[index] for index in segment.enters]
    left = checkpoint(again, *entering, use_reentrant=False, context_fn=contexts)
    values.update(zip(segment.leaves, left, strict=True))
    for step in segment.steps:
        for index in step.done:
            values.pop(index, None)


@contextmanager
def _statistics_kept(norms: Sequence[nn.BatchNorm2d]) -> Iterator[None]:
    """Keep batch norm from counting a mini-batch a second time."""
    before = [(norm.momentum, norm.num_batches_tracked) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
        norm.num_batches_tracked = norm.num_batches_tracked.clone() if norm.num_batches_tracked is not None else None
    try:
        yield
    finally:
        for norm, (momentum, count) in zip(norms, before, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, count


def _by_block(graph: Graph, before: Step, after: Step) -> bool:
    return _block(graph, before) != _block(graph, after)


def _block(graph: Graph, step: Step) -> str | None:
    scope = graph.nodes[step.node].scope
    return scope.path[0] if scope else None


def _by_column(graph: Graph, before: Step, after: Step) -> bool:
    joins = graph.nodes[before.node].is_join or graph.nodes[after.node].is_join
    return joins or before.node not in after.inputs


_CUTS = {"block": _by_block, "column": _by_column}


def _segment(steps: tuple[Step, ...], what: Plan[Step]) -> Segment:
    made = {step.node for step in steps}
    freed = {index for step in steps for index in step.done}
    enters = dict.fromkeys(index for step in steps for index in step.inputs if index not in made)
    leaves = [step.node for step in steps if step.node not in freed or step.node in what.outputs]
    return Segment(steps, tuple(enters), tuple(leaves))
