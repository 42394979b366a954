"""`leaderboard.json` as a value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from fractalgen.report.records import Record, read_record

FILE = "leaderboard.json"


class Objective(Record):
    """One figure that the search improved."""

    metric: str
    direction: Literal["maximize", "minimize"]


class Trial(Record):
    """One finished trial.

    Attributes:
        number: Its number in the study, from 0.
        state: `complete` or `pruned`.
        params: Hole -> what was chosen.
        values: Objective -> value; empty when pruned.
        metrics: Every other figure that is known.
        fingerprint: Of its network.
        cached: Whether its score was taken from an earlier trial.
        seconds: What it took.
        reason: Why it was pruned.
    """

    number: int
    state: str
    params: Mapping[str, Any] = Field(default_factory=dict)
    values: Mapping[str, float] = Field(default_factory=dict)
    metrics: Mapping[str, Any] = Field(default_factory=dict)
    fingerprint: str = ""
    cached: bool = False
    seconds: float = 0.0
    reason: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it has a score."""
        return self.state.lower() == "complete"


class Best(Record):
    """The best trial: its number, and what its network does on images that the search never saw."""

    number: int
    test_accuracy: float | None = None


class Leaderboard(Record):
    """A search so far.

    Attributes:
        name: The name of the spec.
        objectives: What was improved, the main one first.
        trials: Finished trials in order of their numbers.
        best: The best of them; None before the first one.
        front: Numbers of the trials that no other trial beats in every objective.
        target: How many trials were asked for; 0 when it is not known.
    """

    name: str = ""
    objectives: tuple[Objective, ...] = Field(min_length=1)
    trials: tuple[Trial, ...]
    best: Best | None = None
    front: tuple[int, ...] = ()
    target: int = 0

    @field_validator("front", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [item.get("number") if isinstance(item, dict) else item for item in value]
        return value

    @cached_property
    def best_trial(self) -> Trial | None:
        """The whole row of the best trial."""
        wanted = None if self.best is None else self.best.number
        return next((trial for trial in self.trials if trial.number == wanted), None)

    @cached_property
    def holes(self) -> tuple[str, ...]:
        """Every hole that some trial filled, in order of appearance."""
        return tuple(dict.fromkeys(hole for trial in self.trials for hole in trial.params))


def read_leaderboard(folder: Path) -> Leaderboard:
    """Return the leaderboard of a search's folder.

    Raises:
        SearchError: the folder holds none, or one that cannot be understood.
    """
    return read_record(folder / FILE, Leaderboard)
