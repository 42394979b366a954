"""Drop-path of FractalNet (Larsson, Maire, Shakhnarovich, arXiv 1605.07648, section 3).

One pattern a mini-batch. *Local*: each input of a droppable join is dropped with probability `rate`, independently;
if all are dropped, one chosen uniformly is revived. *Global*: one column for the whole network, chosen uniformly. A
mini-batch is global with probability `global`, else local.
"""

from __future__ import annotations

from typing import Any

import torch

from fractalgen.compiler.schedule import Pattern, column_pattern
from fractalgen.ir.graph import Graph
from fractalgen.spec import DropPath


class DropPathSampler:
    """Draws patterns from a generator of its own: the same on CPU and GPU, whatever else is random.

    Args:
        graph: The network.
        drop_path: Rates.
        seed: Seed of the generator.
    """

    def __init__(self, graph: Graph, drop_path: DropPath, seed: int) -> None:
        self._graph = graph
        self._rate = drop_path.rate
        self._global = drop_path.global_
        self._joins = [(i, len(node.inputs)) for i, node in enumerate(graph.nodes) if node.columns is not None]
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def active(self) -> bool:
        """Whether anything can be dropped."""
        return bool(self._joins) and (self._rate > 0 or self._global > 0)

    def sample(self) -> tuple[str, Pattern]:
        """Return a mode, `column K`, `local` or, when nothing is dropped, `full`, and its pattern."""
        # The number of draws does not depend on their outcome, so that runs stay comparable.
        mode, column, *rest = self._draw(2 + sum(count + 1 for _, count in self._joins))
        if mode < self._global:
            chosen = 1 + int(column * self._graph.columns)
            return f"column {chosen}", column_pattern(self._graph, chosen)
        pattern = {}
        for index, count in self._joins:
            drops, revived, rest = rest[:count], rest[count], rest[count + 1 :]
            kept = tuple(i for i, drop in enumerate(drops) if drop >= self._rate)
            pattern[index] = kept or (int(revived * count),)
        whole = all(len(pattern[index]) == count for index, count in self._joins)
        return "full" if whole else "local", pattern

    def state(self) -> dict[str, Any]:
        """Return the state of the generator, for a checkpoint."""
        return {"generator": self._generator.get_state()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` returned."""
        self._generator.set_state(state["generator"])

    def _draw(self, count: int) -> list[float]:
        return list(torch.rand(count, generator=self._generator, dtype=torch.float64).tolist())
