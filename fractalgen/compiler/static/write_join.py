"""Joins as plain arithmetic where their mathematics is plain."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce

import torch
from torch import fx, nn

from fractalgen.compiler.static.draft import Draft
from fractalgen.nn.joins import BranchJoin, ConcatJoin, LearnedJoin, MaxJoin, MeanJoin, ScaledJoin, SumJoin

Values = Sequence[fx.Node]
Kept = tuple[int, ...]


def write_join(draft: Draft, path: str, join: nn.Module, values: Values, kept: Kept) -> fx.Node:
    """Write a join over the survivors `kept`; one that is not plain arithmetic is called as a module."""
    write = _WRITERS.get(type(join))
    if isinstance(join, BranchJoin) and type(join).forward is BranchJoin.forward:
        if write is not None or len(values) == 1:
            values = [_widened(draft, path, join, value, i) for value, i in zip(values, kept, strict=True)]
        if len(values) == 1:
            return values[0]
    return draft.module(path, list(values), kept) if write is None else write(draft, path, join, values, kept)


def _widened(draft: Draft, path: str, join: BranchJoin, value: fx.Node, branch: int) -> fx.Node:
    if str(branch) not in join.project:
        return value
    project = f"{path}.project.{branch}"
    draft.attributes[project] = join.project[str(branch)]
    return draft.module(project, value)


def _sum(draft: Draft, path: str, join: SumJoin, values: Values, kept: Kept) -> fx.Node:
    del join, kept
    return reduce(lambda total, value: draft.function(path, operator.add, total, value), values)


def _mean(draft: Draft, path: str, join: MeanJoin, values: Values, kept: Kept) -> fx.Node:
    return draft.function(path, operator.truediv, _sum(draft, path, join, values, kept), len(values))


def _max(draft: Draft, path: str, join: MaxJoin, values: Values, kept: Kept) -> fx.Node:
    del join, kept
    return reduce(lambda top, value: draft.function(path, torch.maximum, top, value), values)


def _learned(draft: Draft, path: str, join: LearnedJoin, values: Values, kept: Kept) -> fx.Node:
    draft.attributes[f"{path}.logits"] = join.logits
    logits = draft.attribute(f"{path}.logits")
    if len(kept) < join.branches:
        logits = draft.function(f"{path}.survivors", operator.getitem, logits, list(kept))
    return _weighted(draft, path, draft.method(f"{path}.weights", "softmax", logits, 0), values)


def _scaled(draft: Draft, path: str, join: ScaledJoin, values: Values, kept: Kept) -> fx.Node:
    draft.attributes[f"{path}.scales"] = join.scales
    scales = draft.attribute(f"{path}.scales")
    if len(kept) < join.branches:
        scales = draft.function(f"{path}.survivors", operator.getitem, scales, list(kept))
    return draft.function(path, operator.truediv, _weighted(draft, path, scales, values), len(kept))


def _weighted(draft: Draft, path: str, weights: fx.Node, values: Values) -> fx.Node:
    def term(position: int) -> fx.Node:
        weight = draft.function(path, operator.getitem, weights, position)
        return draft.function(path, operator.mul, values[position], weight)

    total = term(0)
    for position in range(1, len(values)):
        total = draft.function(path, operator.add, total, term(position))
    return total


def _concat(draft: Draft, path: str, join: ConcatJoin, values: Values, kept: Kept) -> fx.Node:
    joint = draft.function(path, torch.cat, list(values), join.axis) if len(values) > 1 else values[0]
    if join.weight is None:
        return joint
    draft.attributes[f"{path}.weight"] = join.weight
    kernel = draft.attribute(f"{path}.weight")
    if len(kept) < len(join.slices):
        slices = [draft.method(path, "narrow", kernel, 1, join.slices[i].start, join.widths[i]) for i in kept]
        kernel = draft.function(f"{path}.survivors", torch.cat, slices, 1) if len(slices) > 1 else slices[0]
    if not join.images:
        return draft.function(path, operator.matmul, joint, draft.method(f"{path}.matrix", "t", kernel))
    return draft.function(path, torch.conv2d, joint, draft.method(f"{path}.kernel", "unflatten", kernel, 1, (-1, 1, 1)))


_WRITERS: dict[type[nn.Module], Callable[..., fx.Node]] = {
    SumJoin: _sum,
    MeanJoin: _mean,
    MaxJoin: _max,
    LearnedJoin: _learned,
    ScaledJoin: _scaled,
    ConcatJoin: _concat,
}
