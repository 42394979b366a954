"""The leaderboard: every finished trial, the best one, and the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from fractalgen.notebook import view
from fractalgen.search.candidate import FIGURES
from fractalgen.search.ranking.front import front
from fractalgen.search.ranking.hypervolume import hypervolume
from fractalgen.search.ranking.kendall import kendall_tau
from fractalgen.search.results.records import read_record
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
        epochs: How many epochs it was trained for; 0 when cached.
        stopped: Whether it was stopped early, or repeats a trial that was.
        rung: The rung at which it was stopped.
        started: When it was asked for, in seconds since 1970; 0 when not known.
        finished: When it was told.
        reason: Why it was pruned, or could not be trained alone.
        guards: What its run checked because it goes wrong silently; empty when nothing ran.
        alone: Its figures once it was trained alone, where `values` come from shared weights; else empty.
        key: What the cache knows it by: fingerprint, recipe and data.
        taken_from: The folder of the trial of another run whose evaluation gave the values, if one did.
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
    started: float = field(default=0.0, compare=False)
    finished: float = field(default=0.0, compare=False)
    reason: str = ""
    guards: Mapping[str, Any] = field(default_factory=dict)
    alone: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    stopped: bool = False
    rung: int | None = None
    key: str = ""
    taken_from: str = ""

    @property
    def complete(self) -> bool:
        """Whether it has a score."""
        return self.state == "complete"

    @property
    def final(self) -> Mapping[str, float]:
        """Objective -> the value that counts: that of its network trained alone, if it was."""
        return {name: self.alone.get(name, value) for name, value in self.values.items()}

    @property
    def problems(self) -> tuple[str, ...]:
        """What the guards found wrong, a sentence each."""
        return tuple(self.guards.get("problems", ()))


@dataclass(frozen=True)
class Leaderboard:
    """A search so far. A value: `add` and `with_test_accuracy` return another.

    Attributes:
        name: The name of the spec.
        objectives: What is improved, the main one first.
        target: How many trials were asked for; 0 when something else ends the search.
        trials: Finished trials, in order of their numbers.
        test_accuracy: Of the best trial, once the search has ended.
        ended: Whether the search has come to its end, with all that follows the last trial.
    """

    name: str
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    target: int
    trials: tuple[Row, ...] = ()
    test_accuracy: float | None = None
    ended: bool = False

    def __post_init__(self) -> None:
        for row in self.trials:
            if row.complete and not {objective.metric for objective in self.objectives} <= row.values.keys():
                raise ValueError(f"trial {row.number} is complete and lacks a value of an objective")

    def add(self, row: Row) -> Leaderboard:
        """Return this leaderboard with one more trial."""
        trials = tuple(sorted((*self.trials, row), key=lambda trial: trial.number))
        return replace(self, trials=trials, test_accuracy=None, ended=False)

    def with_test_accuracy(self, accuracy: float | None) -> Leaderboard:
        """Return this leaderboard with the test accuracy of the best trial."""
        return replace(self, test_accuracy=accuracy)

    @cached_property
    def best(self) -> Row | None:
        """The trial that is best by the objectives in order; repeats give way to what they repeat.

        Where shared weights scored the trials, it is one that was trained alone, if any was.
        """
        complete = [row for row in self.trials if row.complete]
        return min(complete, key=lambda row: (not row.alone, *self._costs(row), row.cached, row.number), default=None)

    @cached_property
    def ranked(self) -> tuple[Row, ...]:
        """Different complete architectures, the best by the objectives in order first."""
        rows = [row for row in self.trials if row.complete and not row.cached]
        return tuple(sorted(rows, key=lambda row: (not row.alone, *self._costs(row), row.number)))

    @cached_property
    def kendall_tau(self) -> float | None:
        """How shared weights and training alone agree on the order of the networks that have both; None without."""
        metric = next((each.metric for each in self.objectives if each.metric not in FIGURES), None)
        rows = [row for row in self.trials if row.alone]
        if metric is None or not rows:
            return None
        return kendall_tau([row.values[metric] for row in rows], [row.alone[metric] for row in rows])

    @property
    def epochs(self) -> int:
        """Epochs that all trials were trained for."""
        return sum(row.epochs for row in self.trials)

    @cached_property
    def hypervolume(self) -> float | None:
        """The volume that the front dominates within the reference point; None when an objective has no reference."""
        reference = [objective.reference for objective in self.objectives]
        if len(reference) < 2 or None in reference:
            return None
        worst = tuple(
            objective.cost(value)
            for objective, value in zip(self.objectives, reference, strict=True)
            if value is not None
        )
        return hypervolume(tuple(self._costs(row) for row in self.front), worst)

    @cached_property
    def holes(self) -> tuple[str, ...]:
        """Every hole that some trial filled, in order of appearance."""
        return tuple(dict.fromkeys(hole for trial in self.trials for hole in trial.params))

    @cached_property
    def front(self) -> tuple[Row, ...]:
        """Trials that no other trial beats in every objective, the best by the first objective first."""
        rows = tuple(row for row in self.ranked if row.alone) or self.ranked
        return tuple(rows[index] for index in front([self._costs(row) for row in rows]))

    def _repr_html_(self) -> str:
        return view("leaderboard", self)

    def to_json(self) -> dict[str, Any]:
        """Return plain data: keys `name objectives target ended epochs best front kendall_tau hypervolume trials`."""
        best = self.best
        return {
            "name": self.name,
            "objectives": [objective.model_dump() for objective in self.objectives],
            "target": self.target,
            "ended": self.ended,
            "best": None if best is None else {**_plain(best), "test_accuracy": self.test_accuracy},
            "epochs": self.epochs,
            "front": [row.number for row in self.front],
            "kendall_tau": self.kendall_tau,
            "hypervolume": self.hypervolume,
            "trials": [_plain(row) for row in self.trials],
        }

    @classmethod
    def read(cls, folder: Path) -> Leaderboard:
        """Return the leaderboard of a run folder.

        Raises:
            SearchError: the folder holds none, or one that cannot be understood; names the key.
        """
        return read_record(folder / FILE, cls, _flat)

    def _costs(self, row: Row) -> tuple[float, ...]:
        return tuple(objective.cost(row.final[objective.metric]) for objective in self.objectives)


def short_names(holes: Sequence[str]) -> list[str]:
    """Return the shortest end of each path that no other path ends in: `columns` of `network.body.fractal.columns`."""
    paths = [hole.split(".") for hole in holes]
    names = []
    for path in paths:
        count = 1
        while count < len(path) and sum(other[-count:] == path[-count:] for other in paths) > 1:
            count += 1
        names.append(".".join(path[-count:]))
    return names


def _plain(row: Row) -> dict[str, Any]:
    return dict(vars(row))


def _flat(data: Any) -> Any:
    """Return what `to_json` made in the form of the dataclass: `best` and `front` follow from the trials."""
    if not isinstance(data, Mapping):
        return data
    best = data.get("best")
    return {**data, "test_accuracy": best.get("test_accuracy") if isinstance(best, Mapping) else None}
