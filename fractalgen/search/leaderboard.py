"""The leaderboard: every finished trial, the best one, and the front."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fractalgen.errors import SearchError
from fractalgen.search.front import front
from fractalgen.spec.search import Objective

FILE = "leaderboard.json"


@dataclass(frozen=True)
class Row:
    """One finished trial.

    Attributes:
        number: The trial's number in the study, from 0.
        state: `complete`, or `pruned` when it has no score.
        params: Hole -> what was chosen, for people.
        values: Objective -> value; empty when pruned.
        metrics: Every figure of the graph and of the run.
        fingerprint: Of the simplified graph; empty when it could not be built.
        cached: Whether it was answered from an earlier trial with the same fingerprint, recipe and data.
        source: The trial whose evaluation gave the values.
        seconds: How long that evaluation took; 0 when cached.
        reason: Why it was pruned.
    """

    number: int
    state: str
    params: Mapping[str, Any]
    values: Mapping[str, float]
    metrics: Mapping[str, float] = field(default_factory=dict)
    fingerprint: str = ""
    cached: bool = False
    source: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether it has a score."""
        return self.state == "complete"


@dataclass(frozen=True)
class Leaderboard:
    """A search so far. A value: `add` and `with_test_accuracy` return another.

    Attributes:
        name: The name of the spec.
        objectives: What is improved, the main one first.
        target: How many trials were asked for.
        trials: Finished trials, in order of their numbers.
        test_accuracy: Of the best trial, once the search has ended.
    """

    name: str
    objectives: tuple[Objective, ...]
    target: int
    trials: tuple[Row, ...] = ()
    test_accuracy: float | None = None

    def add(self, row: Row) -> Leaderboard:
        """Return this leaderboard with one more trial."""
        trials = tuple(sorted((*self.trials, row), key=lambda trial: trial.number))
        return replace(self, trials=trials, test_accuracy=None)

    def with_test_accuracy(self, accuracy: float | None) -> Leaderboard:
        """Return this leaderboard with the test accuracy of the best trial."""
        return replace(self, test_accuracy=accuracy)

    @property
    def best(self) -> Row | None:
        """The trial that is best by the objectives in order; repeats give way to what they repeat."""
        complete = [row for row in self.trials if row.complete]
        return min(complete, key=lambda row: (*self._costs(row), row.cached, row.number), default=None)

    @property
    def ranked(self) -> tuple[Row, ...]:
        """Different complete architectures, the best by the objectives in order first."""
        rows = [row for row in self.trials if row.complete and not row.cached]
        return tuple(sorted(rows, key=lambda row: (*self._costs(row), row.number)))

    @property
    def front(self) -> tuple[Row, ...]:
        """Trials that no other trial beats in every objective, the best by the first objective first."""
        rows = self.ranked
        return tuple(rows[index] for index in front([self._costs(row) for row in rows]))

    def to_json(self) -> dict[str, Any]:
        """Return plain data: keys `name objectives target trials best front`."""
        best = self.best
        return {
            "name": self.name,
            "objectives": [objective.model_dump() for objective in self.objectives],
            "target": self.target,
            "best": None if best is None else {**_plain(best), "test_accuracy": self.test_accuracy},
            "front": [row.number for row in self.front],
            "trials": [_plain(row) for row in self.trials],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Leaderboard:
        """Return the leaderboard that `to_json` wrote."""
        return cls(
            name=data["name"],
            objectives=tuple(Objective(**objective) for objective in data["objectives"]),
            target=data["target"],
            trials=tuple(Row(**row) for row in data["trials"]),
            test_accuracy=(data["best"] or {}).get("test_accuracy"),
        )

    @classmethod
    def read(cls, folder: Path) -> Leaderboard:
        """Return the leaderboard of a run folder.

        Raises:
            SearchError: the folder holds none, or one that cannot be read.
        """
        file = folder / FILE
        try:
            return cls.from_json(json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise SearchError(f"no {FILE} in {str(folder)!r}", "Give the folder of a search.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SearchError(f"{str(file)!r} cannot be read: {error}", "Run the search again to remake it.") from None

    def _costs(self, row: Row) -> tuple[float, ...]:
        return tuple(
            -row.values[objective.metric] if objective.direction == "maximize" else row.values[objective.metric]
            for objective in self.objectives
        )


def _plain(row: Row) -> dict[str, Any]:
    return dict(vars(row))
