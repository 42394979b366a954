"""The mini-batches that drop-path draws, without torch: the same numbers from the same seed as in training.

Torch's CPU generator is the Mersenne twister MT19937, started from one number as its authors do, and a random double
is the lower 53 bits of two of its outputs (Matsumoto and Nishimura, 1998). Python's own generator is the same twister.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph, Input
from fractalgen.passes import kept_inputs
from fractalgen.passes.liveness import reached
from fractalgen.spec import DropPath

Kind = Literal["local", "global", "mixed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RATE, GLOBAL = 0.15, 0.5
"""Those of the paper (arXiv 1605.07648, section 4), for a network that asks for none."""
_STATE = 624


@dataclass(frozen=True, slots=True)
class Batch:
    """What one mini-batch runs.

    Attributes:
        mode: `column K`, `local`, or `full` when nothing is dropped.
        kept: Droppable join -> positions of its surviving inputs.
    """

    mode: str
    kept: Mapping[int, tuple[int, ...]]


def draw_batches(graph: Graph, drop_path: DropPath, kind: Kind, seed: int, count: int) -> tuple[Batch, ...]:
    """Return the first mini-batches that drop-path draws from `seed`.

    Args:
        graph: The network.
        drop_path: Its rates; those of the paper stand in for rates of 0.
        kind: Only local ones, only global ones, or both.
        seed: Of the generator.
        count: How many.

    Raises:
        ExportError: the network has no droppable join.
    """
    joins = [(index, len(node.inputs)) for index, node in enumerate(graph.nodes) if node.columns is not None]
    if not joins:
        raise ExportError(
            "nothing in this network can be dropped: it has no droppable join", "Write droppable: true at a join."
        )
    rate = drop_path.rate or RATE
    share = {"local": 0.0, "global": 1.0, "mixed": drop_path.global_ or GLOBAL}[kind]
    twister = _Twister(seed)
    width = 2 + sum(inputs + 1 for _, inputs in joins)
    drawn = ([twister.double() for _ in range(width)] for _ in range(count))
    return tuple(_batch(graph, joins, numbers, rate, share) for numbers in drawn)


def live_nodes(graph: Graph, batch: Batch) -> set[int]:
    """Return the nodes that a mini-batch runs."""

    def reads(index: int) -> list[int]:
        inputs = graph.nodes[index].inputs
        kept = batch.kept.get(index)
        return list(inputs) if kept is None else [inputs[position] for position in kept]

    return reached(graph.inputs, graph.outputs, reads)


def share_of_macs(graph: Graph, batch: Batch) -> float:
    """Return the MACs that a mini-batch runs over those of the whole network, which has types."""
    live = live_nodes(graph, batch)
    whole = ran = 0
    for index, node in enumerate(graph.nodes):
        if isinstance(node.part, Input):
            continue
        types = graph.input_types(index)
        cost = node.part.cost(types).macs
        whole += cost
        if index in live:
            ran += node.part.cost(types, batch.kept[index]).macs if index in batch.kept else cost
    return ran / whole if whole else 1.0


def _batch(graph: Graph, joins: list[tuple[int, int]], drawn: list[float], rate: float, share: float) -> Batch:
    if drawn[0] < share:
        column = 1 + int(drawn[1] * graph.columns)
        return Batch(f"column {column}", {index: kept_inputs(graph.nodes[index], column) for index, _ in joins})
    kept: dict[int, tuple[int, ...]] = {}
    at = 2
    for index, inputs in joins:
        survivors = tuple([i for i in range(inputs) if drawn[at + i] >= rate])
        kept[index] = survivors or (int(drawn[at + inputs] * inputs),)
        at += inputs + 1
    whole = all(len(kept[index]) == inputs for index, inputs in joins)
    return Batch("full" if whole else "local", kept)


class _Twister:
    """MT19937 as torch starts and reads it."""

    def __init__(self, seed: int) -> None:
        state = [seed & 0xFFFFFFFF]
        for index in range(1, _STATE):
            last = state[-1]
            state.append((1812433253 * (last ^ (last >> 30)) + index) & 0xFFFFFFFF)
        self._random = random.Random()  # noqa: S311 - no secret
        self._random.setstate((3, (*state, _STATE), None))

    def double(self) -> float:
        high, low = self._random.getrandbits(32), self._random.getrandbits(32)
        return (((high << 32) | low) & ((1 << 53) - 1)) / (1 << 53)
