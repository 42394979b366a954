"""Everything that can be refused before anything is written."""

from __future__ import annotations

import itertools
import random

from fractalgen.errors import FractalGenError, SearchError, UnknownNameError
from fractalgen.search.candidate import Realize, draw_point
from fractalgen.search.constraints import Constraint, violations
from fractalgen.search.executors import EXECUTORS, Executor
from fractalgen.search.samplers import Sampler
from fractalgen.spec.holes import Space

_DRAWS = 255


def check_space(space: Space, name: str) -> None:
    """Check that there is something to search.

    Raises:
        SearchError: the spec has no holes.
    """
    if not space:
        raise SearchError(
            f"{name!r} has no holes, so there is nothing to search",
            "Write a value as {choice: [...]} or {int: [low, high]}, or use `fractalgen train`.",
        )


def check_points(space: Space, realize: Realize, constraints: tuple[Constraint, ...]) -> None:
    """Check that some point can be trained: the first one, or one of a few drawn at random.

    Raises:
        SearchError: none of them is a valid network that keeps the constraints.
    """
    draw = random.Random(0)  # noqa: S311 - no secret
    points = itertools.chain([space.first()], (draw_point(space, draw) for _ in range(_DRAWS)))
    reason = ""
    for values in points:
        try:
            broken = violations(realize(values).figures, constraints)
        except FractalGenError as error:
            reason = reason or error.message
            continue
        if not broken:
            return
        reason = reason or f"{next(iter(broken))} does not hold"
    raise SearchError(
        f"none of {_DRAWS + 1} points of the space can be trained: {reason}", "Widen the space or the constraints."
    )


def check_sampler(sampler: Sampler, space: Space) -> None:
    """Check that a sampler can search a space.

    Raises:
        SearchError: it cannot.
    """
    if problem := sampler.problem(space):
        raise SearchError(f"the sampler does not fit: {problem}", "Use random or tpe.")


def choose_executor(name: str, workers: int | None, cores: int) -> tuple[type[Executor], int]:
    """Return the executor and its number of workers.

    Raises:
        SearchError: an unknown executor, or more workers than can run.
    """
    try:
        executor = EXECUTORS.get(name)
    except UnknownNameError as error:
        raise SearchError(error.message, error.hint) from None
    count = executor.default_workers(cores) if workers is None else workers
    if problem := executor.problem(count, cores):
        raise SearchError(problem, "Give fewer --workers, or another --executor.")
    return executor, count
