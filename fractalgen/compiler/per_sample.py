"""Drop-path with a pattern for each sample: every node runs on the samples that need it.

Rows are sets of samples, held as the bits of a whole number. A join groups its samples by what survives in them and
runs once for each group, so that each sample sees exactly the join of its own survivors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fractalgen.compiler.schedule import Kept, Parts, Pattern, Plan, Step, Values, ends_of
from fractalgen.ir.graph import Graph
from fractalgen.passes.liveness import last_uses

Rows = int
"""A set of samples: bit i is set where sample i is in it."""


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a node, at `rows` of those that it was computed for; None for all of them."""

    node: int
    rows: Tensor | None

    def of(self, values: Values) -> Tensor:
        """Return the value."""
        value = values[self.node]
        return value if self.rows is None else value.index_select(0, self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """Samples in which the same inputs of a join survive; `kept` is None for an op."""

    reads: tuple[Read, ...]
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class SampleStep(Step):
    """Run one node on the samples that need it; `restore` puts the rows of several groups back into their order."""

    groups: tuple[Group, ...]
    restore: Tensor | None

    def value(self, parts: Parts, values: Values) -> Tensor:
        """Return the node's value, a row for each sample that needs it."""
        part = parts[self.node]
        results = [_apply(part, group, values) for group in self.groups]
        return results[0] if self.restore is None else torch.cat(results).index_select(0, self.restore)


def plan_samples(
    graph: Graph, patterns: Sequence[Pattern], device: torch.device, order: Sequence[int]
) -> Plan[SampleStep]:
    """Return the steps for one pattern a sample, with indices on `device`."""
    kept = _kept_rows(graph, patterns)
    need = _needs(graph, kept, (1 << len(patterns)) - 1, order)
    rows = _Rows(device)
    ends = ends_of(graph)
    running = [index for index in order if need[index] and index not in ends.sources]
    reads = {
        index: tuple(dict.fromkeys(source for source in graph.nodes[index].inputs if need[source])) for index in running
    }
    done = last_uses(reads, keep=ends.outputs)
    steps = []
    for index in running:
        groups = _groups(graph, index, kept.get(index), need[index])
        made = tuple(
            Group(tuple(Read(source, rows.inside(mask, need[source])) for source in sources), positions)
            for positions, sources, mask in groups
        )
        restore = rows.restore([mask for _, _, mask in groups])
        steps.append(SampleStep(index, reads[index], done.get(index, ()), made, restore))
    return Plan(tuple(steps), ends.sources, ends.outputs)


def _apply(part: nn.Module, group: Group, values: Values) -> Tensor:
    tensors = [read.of(values) for read in group.reads]
    if group.kept is not None:
        joined: Tensor = part(tensors, group.kept)
        return joined
    x = tensors[0]
    if isinstance(part, nn.BatchNorm2d) and part.training and x.numel() == part.num_features:
        # One value a channel has no variance; such a sample is normalised by the running statistics.
        return F.batch_norm(x, part.running_mean, part.running_var, part.weight, part.bias, False, 0.0, part.eps)
    result: Tensor = part(x)
    return result


def _kept_rows(graph: Graph, patterns: Sequence[Pattern]) -> dict[int, list[Rows]]:
    """Return for each droppable join the samples in which each of its inputs survives."""
    kept = {i: [0] * len(node.inputs) for i, node in enumerate(graph.nodes) if node.columns is not None}
    for sample, pattern in enumerate(patterns):
        for index, masks in kept.items():
            for position in pattern.get(index, range(len(masks))):
                masks[position] |= 1 << sample
    return kept


def _needs(graph: Graph, kept: Mapping[int, Sequence[Rows]], everyone: Rows, order: Sequence[int]) -> list[Rows]:
    """Return for each node the samples that need it; the network's input is needed by all."""
    need = [0] * len(graph.nodes)
    for index in (*graph.inputs, *graph.outputs):
        need[index] = everyone
    for index in reversed(order):
        mine = need[index]
        if not mine:
            continue
        survivors = kept.get(index)
        for position, source in enumerate(graph.nodes[index].inputs):
            need[source] |= mine if survivors is None else mine & survivors[position]
    return need


def _groups(
    graph: Graph, index: int, kept: Sequence[Rows] | None, mine: Rows
) -> list[tuple[Kept | None, tuple[int, ...], Rows]]:
    """Return what survives, the nodes read, and the samples, for each group of the samples `mine`."""
    inputs = graph.nodes[index].inputs
    if not graph.nodes[index].is_join:
        return [(None, inputs, mine)]
    if kept is None:
        return [(tuple(range(len(inputs))), inputs, mine)]
    groups: list[tuple[Kept, Rows]] = [((), mine)]
    for position, mask in enumerate(kept):
        split = [((*positions, position), rows & mask) for positions, rows in groups]
        split += [(positions, rows & ~mask) for positions, rows in groups]
        groups = [(positions, rows) for positions, rows in split if rows]
    return [(positions, tuple(inputs[i] for i in positions), rows) for positions, rows in groups]


class _Rows:
    """Index tensors for sets of samples, each made once."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._known: dict[tuple[Rows, Rows], Tensor] = {}

    def inside(self, part: Rows, whole: Rows) -> Tensor | None:
        """Return where the samples `part` stand among those of `whole`; None where they are the same."""
        if part == whole:
            return None
        known = self._known.get((part, whole))
        if known is None:
            place = {sample: i for i, sample in enumerate(_samples(whole))}
            indices = [place[sample] for sample in _samples(part)]
            known = self._known[part, whole] = torch.tensor(indices, device=self._device)
        return known

    def restore(self, groups: Sequence[Rows]) -> Tensor | None:
        """Return the index that puts the rows of `groups`, one group after another, in the order of samples."""
        if len(groups) == 1:
            return None
        samples = [sample for group in groups for sample in _samples(group)]
        return torch.tensor(sorted(range(len(samples)), key=samples.__getitem__), device=self._device)


def _samples(rows: Rows) -> list[int]:
    return [i for i in range(rows.bit_length()) if rows >> i & 1]
