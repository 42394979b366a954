"""A search over a space of numbers whose score is a formula: fast, exact, and without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fractalgen.errors import GraphError, Place
from fractalgen.search import EpochReport, Job, Leaderboard, Result, Silent
from fractalgen.search.budget import Budget
from fractalgen.search.candidate import Candidate
from fractalgen.search.check_names import read_pruner, read_sampler
from fractalgen.search.constraints import Constraint
from fractalgen.search.driver import Driver, Plan
from fractalgen.search.executors.inline import Inline
from fractalgen.search.points.warm_start import WarmStart
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.search.store.study import Study, StudyOptions
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Search
from fractalgen.spec.tree import tree_of

KIND = Hole("body.kind", "choice", 0, 2, labels=("conv", "fractal", "broken"))
COLUMNS = Hole("body.columns", "int", 1, 4, under=(("body.kind", (1,)),))
WIDTH = Hole("body.width", "int", 1, 30)
SPACE = Space((KIND, COLUMNS, WIDTH), 180)
SEARCH = Search(objectives=[{"metric": "val_accuracy"}, {"metric": "parameters", "direction": "minimize"}])


@dataclass
class Formula:
    """Scores a width by its distance from six; counts what it is asked."""

    metrics: tuple[str, ...] = ("val_accuracy",)
    keeps_weights: bool = False
    asked: list[int] = field(default_factory=list)
    fails: Callable[[Job, Mapping[str, Any]], object] = lambda *_: None

    def digest(self, data: object) -> str:
        return str(data)

    def run(self, job: Job, report: Callable[[EpochReport], None]) -> Result:
        values = json.loads(job.spec_file.read_text())
        self.asked.append(job.number)
        self.fails(job, values)
        score = {"val_accuracy": 1 - abs(values["body.width"] - 6) / 30}
        report(EpochReport(1, 1, score))
        return Result(score, history=(score,), seconds=1.0)

    def publish(self, *_: object) -> float | None:
        return 0.5


@dataclass
class Curve(Formula):
    """Comes nearer to the score of its width with each of nine epochs."""

    epochs: int = 9
    spent: list[tuple[int, int]] = field(default_factory=list)

    def run(self, job: Job, report: Callable[[EpochReport], None]) -> Result:
        values = json.loads(job.spec_file.read_text())
        self.asked.append(job.number)
        history = []
        for epoch in range(1, self.epochs + 1):
            self.fails(job, values)
            score = (1 - abs(values["body.width"] - 6) / 30) * epoch / self.epochs
            history.append({"val_accuracy": score})
            self.spent.append((job.number, epoch))
            report(EpochReport(epoch, self.epochs, history[-1]))
        return Result(history[-1], history=tuple(history), seconds=1.0)


def realize(values: Mapping[str, float]) -> Candidate:
    if values["body.kind"] == 2:
        raise GraphError("branches do not fit")
    text = json.dumps(values, sort_keys=True)
    mark = hashlib.sha256(text.encode()).hexdigest()
    parameters = values["body.width"] * values.get("body.columns", 1)
    return Candidate(text, mark, f"key {mark}", {"parameters": parameters})


@dataclass
class Bench:
    """Runs the driver in a folder."""

    folder: Path
    space: Space = SPACE
    search: Search = SEARCH
    evaluation: Formula = field(default_factory=Formula)
    constraints: tuple[Constraint, ...] = ()
    measured: tuple[Constraint, ...] = ()
    warm: WarmStart = field(default_factory=WarmStart)
    observer: Any = field(default_factory=Silent)
    signature: Mapping[str, Any] = field(default_factory=lambda: {"hole": {"width": "1 to 30"}})

    def study(self) -> Study:
        sampler = read_sampler(tree_of(self.search.sampler, Place()))
        options = StudyOptions(self.search.objectives, self.space, sampler, self.search.seed, self.signature)
        self.folder.mkdir(parents=True, exist_ok=True)
        return Study(self.folder, options)

    def run(self, trials: int, executor: Any = None) -> Leaderboard:
        budget = Budget(seconds=self.search.seconds, until=self.search.until)
        pruner = read_pruner(tree_of(self.search.pruner, Place())) if self.search.pruner else None
        plan = Plan(
            space=self.space,
            realize=realize,
            constraints=self.constraints,
            target=trials,
            seed=self.search.seed,
            data=None,
            threads=1,
            budget=budget,
            pruner=pruner,
            measured=self.measured,
            warm=self.warm,
        )
        board = Leaderboard("bench", self.search.objectives, trials)
        driver = Driver(self.study(), plan, RunFolder(self.folder), LeaderboardFile(self.folder, board), self.observer)
        return driver.run(executor or Inline(self.evaluation, 1))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "run")


@pytest.fixture(scope="session")
def make_bench() -> type[Bench]:
    return Bench


@pytest.fixture(scope="session")
def curve() -> type[Curve]:
    return Curve
