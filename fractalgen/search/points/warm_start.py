"""Another run, as something to begin with: results that are taken over, and points that are worth another look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fractalgen.errors import FractalGenError, SearchError
from fractalgen.search.candidate import Candidate, Realize
from fractalgen.search.points.starts import same_point
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.spec.holes import Space, Values
from fractalgen.spec.search import Objective

_ANEW = 10


@dataclass(frozen=True)
class WarmStart:
    """What a search begins with.

    Attributes:
        points: The first points to ask for.
        taken: Cache key -> the trial of another run that has been evaluated already.
    """

    points: tuple[Values, ...] = ()
    taken: Mapping[str, Row] = field(default_factory=dict)


def read_warm_start(folder: Path, space: Space, realize: Realize, objectives: tuple[Objective, ...]) -> WarmStart:
    """Return the complete trials of the run in `folder` whose points lie in `space`, the best first.

    Those whose network, recipe and data are the same are taken over; of the others, which would be trained
    anew, the front and the best, at most ten, are points to begin with.

    Raises:
        SearchError: the folder holds no run, or none of its trials is a point of `space`.
    """
    board = Leaderboard.read(folder)
    run = RunFolder(folder.absolute())
    taken: dict[str, Row] = {}
    same: list[Values] = []
    anew: list[Values] = []
    for row in {row.number: row for row in (*board.front, *board.ranked)}.values():
        found = _point_of(row, space, realize)
        if found is None:
            continue
        values, candidate = found
        if candidate.key == row.key and all(goal.metric in row.metrics for goal in objectives):
            taken[candidate.key] = replace(row, taken_from=row.taken_from or str(run.trial(row.source)))
            same.append(values)
        elif len(anew) < _ANEW:
            anew.append(values)
    if not same and not anew:
        raise SearchError(
            f"no complete trial of {str(folder)!r} is a point of this space",
            "Leave --warm-start out, or give a run whose holes have these names and values.",
        )
    return WarmStart((*same, *anew), taken)


def _point_of(row: Row, space: Space, realize: Realize) -> tuple[Values, Candidate] | None:
    values = same_point(space, row.params)
    try:
        return None if values is None else (values, realize(values))
    except FractalGenError:
        return None
