"""Searches in the table, by fractalgen's own driver: what was tried, in order, at which cost in epochs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fractalgen.search import Row, SearchOptions, run_search
from fractalgen.spec.load import load_text

from .lookup import Lookup, table_of
from .table import FILE

OBJECTIVES = ({"metric": "val_accuracy", "direction": "maximize"}, {"metric": "parameters", "direction": "minimize"})


@dataclass(frozen=True)
class Case:
    """What is searched how.

    Attributes:
        sampler: Its name.
        trials: How many trials the study ends with.
        objectives: 1 for the accuracy, 2 for the parameters beside it.
        pruner: As the spec names it; empty where every trial is trained to its end.
    """

    sampler: str
    trials: int
    objectives: int = 1
    pruner: str = ""

    def settings(self) -> list[str]:
        """Return what it changes in the spec."""
        goals = json.dumps(OBJECTIVES[: self.objectives])
        settings = [f"search.sampler={self.sampler}", f"search.objectives={goals}"]
        return [*settings, f"search.pruner={self.pruner}"] if self.pruner else settings


@dataclass(frozen=True)
class Trial:
    """One trial of a search.

    Attributes:
        fingerprint: Of its network.
        complete: Whether it came to its last epoch, or repeats one that did.
        epochs: How many epochs it cost; 0 where it repeats an earlier one.
    """

    fingerprint: str
    complete: bool
    epochs: int


@dataclass(frozen=True)
class Search:
    """What one search did.

    Attributes:
        case: What was searched how.
        seed: Of the sampler.
        table_seed: Of the trainings that it saw.
        trials: In the order in which they were told.
    """

    case: Case
    seed: int
    table_seed: int
    trials: tuple[Trial, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def search(case: Case, seed: int, table_seed: int, scratch: Path, file: Path = FILE) -> Search:
    """Run one search in the folder `scratch`."""
    options = SearchOptions(
        trials=case.trials, seed=seed, executor="inline", workers=1, evaluation=Lookup(table_seed, file)
    )
    spec = load_text(table_of(file).made["space"], str(file), case.settings())
    board = run_search(spec, scratch, options)
    return Search(case, seed, table_seed, tuple(_trial(row) for row in board.trials))


def read_search(line: str) -> Search:
    """Return the search that `as_dict` made plain."""
    known = json.loads(line)
    trials = tuple(Trial(**trial) for trial in known.pop("trials"))
    return Search(case=Case(**known.pop("case")), trials=trials, **known)


def _trial(row: Row) -> Trial:
    return Trial(row.fingerprint, row.complete, row.epochs)
