"""One evaluation for each distinct network: answers repeats, and lets twins wait for the one that runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Cache:
    """Knows every key that was evaluated or is being evaluated.

    Attributes:
        done: Key -> the trial that was evaluated.
        running: Key -> the trial that is being evaluated.
        waiting: Running trial -> trials with the same key that wait for its result.
    """

    done: dict[str, int] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=dict)
    waiting: dict[int, list[int]] = field(default_factory=dict)

    def knows(self, key: str) -> bool:
        """Whether the key was evaluated or is being evaluated."""
        return key in self.done or key in self.running

    def start(self, key: str, number: int) -> None:
        """Note that trial `number` evaluates `key`."""
        self.running[key] = number
        self.waiting[number] = []

    def wait(self, key: str, number: int) -> None:
        """Let trial `number` wait for the one that evaluates `key`."""
        self.waiting[self.running[key]].append(number)

    def finish(self, key: str, number: int) -> list[int]:
        """Note that trial `number` has evaluated `key`; return those that waited for it."""
        del self.running[key]
        self.done[key] = number
        return self.waiting.pop(number)

    @property
    def waiters(self) -> int:
        """How many trials wait."""
        return sum(map(len, self.waiting.values()))
