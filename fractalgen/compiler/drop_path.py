"""Drop-path of FractalNet (Larsson, Maire, Shakhnarovich, arXiv 1605.07648, section 3).

*Local*: each input of a droppable join is dropped with probability `rate`, independently; if all are dropped, one
chosen uniformly is revived. *Global*: one column for the whole network, chosen uniformly. A pattern is global with
probability `global`, else local. There is one pattern for a mini-batch, as in the paper, or one for each sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from fractalgen.compiler.schedule import Pattern, column_pattern
from fractalgen.ir.graph import Graph
from fractalgen.spec import DropPath


@dataclass(frozen=True)
class Draw:
    """What one mini-batch, or one sample, runs.

    Attributes:
        mode: `column K`, `local` or, when nothing is dropped, `full`.
        pattern: What survives in each droppable join.
        column: K, when it is one column.
    """

    mode: str
    pattern: Pattern
    column: int | None = None


class DropPathSampler:
    """Draws patterns from a generator of its own: the same on CPU and GPU, whatever else is random.

    Args:
        graph: The network.
        drop_path: Rates.
        seed: Seed of the generator.
    """

    def __init__(self, graph: Graph, drop_path: DropPath, seed: int) -> None:
        self.progress = 1.0
        """Share of the training that is over, 0 to 1: where the schedule of the rate stands."""
        self.part = (0, 1)
        """Which of how many equal parts of a mini-batch is run; the parts draw alike, and each takes its samples."""
        self._graph = graph
        self._drop_path = drop_path
        self._joins = [(i, len(node.inputs)) for i, node in enumerate(graph.nodes) if node.columns is not None]
        self._width = 2 + sum(count + 1 for _, count in self._joins)
        self._generator = torch.Generator().manual_seed(seed)
        self._columns: dict[int, Pattern] = {}

    @property
    def active(self) -> bool:
        """Whether anything can be dropped."""
        return bool(self._joins) and (self._drop_path.rate > 0 or self._drop_path.global_ > 0)

    @property
    def rate(self) -> float:
        """The probability of a local drop now."""
        return self._drop_path.rate * _share(self._drop_path.schedule, min(max(self.progress, 0.0), 1.0))

    def sample(self) -> Draw:
        """Return what the next mini-batch runs."""
        return self._decide(self._draw(1)[0])

    def samples(self, count: int) -> list[Pattern]:
        """Return a pattern for each of `count` samples, those of this part."""
        index, parts = self.part
        drawn = self._draw(count * parts)[index * count : (index + 1) * count]
        return [self._decide(row).pattern for row in drawn]

    def state(self) -> dict[str, Any]:
        """Return the state of the generator and the progress, for a checkpoint."""
        return {"generator": self._generator.get_state(), "progress": self.progress}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` returned."""
        self._generator.set_state(state["generator"])
        self.progress = state["progress"]

    def _draw(self, count: int) -> list[list[float]]:
        # The number of draws does not depend on their outcome, so that runs stay comparable.
        drawn: list[list[float]] = torch.rand(
            count, self._width, generator=self._generator, dtype=torch.float64
        ).tolist()
        return drawn

    def _decide(self, drawn: Sequence[float]) -> Draw:
        mode, column = drawn[:2]
        if mode < self._drop_path.global_:
            chosen = 1 + int(column * self._graph.columns)
            if chosen not in self._columns:
                self._columns[chosen] = column_pattern(self._graph, chosen)
            return Draw(f"column {chosen}", self._columns[chosen], chosen)
        rate, pattern, at = self.rate, {}, 2
        for index, count in self._joins:
            kept = tuple([i for i in range(count) if drawn[at + i] >= rate])
            pattern[index] = kept or (int(drawn[at + count] * count),)
            at += count + 1
        whole = all(len(pattern[index]) == count for index, count in self._joins)
        return Draw("full" if whole else "local", pattern)


def _share(schedule: str, progress: float) -> float:
    """Return the share of the whole rate, which every schedule reaches at a progress of 1."""
    if schedule == "linear":
        return progress
    return (1 - math.cos(math.pi * progress)) / 2 if schedule == "cosine" else 1.0
