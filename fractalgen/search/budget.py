"""When a search begins no more trials."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fractalgen.search.results.leaderboard import Leaderboard, Row


@dataclass(frozen=True)
class Budget:
    """What ends a search; whatever comes first.

    Attributes:
        trials: The number of trials in the study; 0 for no bound.
        seconds: How long drivers have worked on it, in all; None for no bound.
        until: Objective -> value; a full-length trial that reaches all of them ends it.
    """

    trials: int = 0
    seconds: float | None = None
    until: Mapping[str, float] = field(default_factory=dict)


class Meter:
    """Compares what was spent with a budget.

    Args:
        budget: What may be spent.
        spent: Seconds that earlier drivers worked on the search.
    """

    def __init__(self, budget: Budget, spent: float) -> None:
        self._budget = budget
        self._spent = spent
        self._began = time.monotonic()
        self._reached = False

    @property
    def seconds(self) -> float:
        """Seconds that drivers have worked on the search."""
        return self._spent + time.monotonic() - self._began

    def see(self, rows: Iterable[Row], board: Leaderboard) -> None:
        """Look whether one of `rows` is what the search was for."""
        wanted = [objective for objective in board.objectives if objective.metric in self._budget.until]
        for row in rows if wanted else ():
            self._reached |= row.complete and all(
                goal.cost(row.values[goal.metric]) <= goal.cost(self._budget.until[goal.metric]) for goal in wanted
            )

    def allows(self, begun: int) -> bool:
        """Return whether one more trial may begin after so many."""
        if self._reached or (self._budget.trials and begun >= self._budget.trials):
            return False
        return self._budget.seconds is None or self.seconds < self._budget.seconds
