"""Trials that wait for the network that another driver evaluates."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from fractalgen.search.candidate import Candidate
from fractalgen.search.store.study import Ask


@dataclass
class Elsewhere:
    """Knows who waits for whom.

    Attributes:
        waiting: Trial of another driver -> trials of this one with the same network.
    """

    waiting: dict[int, list[tuple[Ask, Candidate]]] = field(default_factory=dict)

    def wait(self, other: int, ask: Ask, candidate: Candidate) -> None:
        """Let a trial wait for `other`."""
        self.waiting.setdefault(other, []).append((ask, candidate))

    def answered(self, finished: AbstractSet[int]) -> list[tuple[Ask, Candidate]]:
        """Return, once, the trials that waited for finished ones."""
        return [twin for other in sorted(finished & self.waiting.keys()) for twin in self.waiting.pop(other)]
