"""Everything that can be refused before anything is written."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fractalgen.errors import FractalGenError, SearchError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.search.candidate import Realize, draw_point
from fractalgen.search.constraints import Constraint, violations
from fractalgen.search.executors import EXECUTORS, Executor
from fractalgen.search.job import Evaluation
from fractalgen.search.machines.capacity import Layout, cores, in_words
from fractalgen.search.machines.placement import Placement
from fractalgen.search.samplers import Sampler
from fractalgen.spec.holes import Space, Values
from fractalgen.spec.search import Search

_DRAWS = 255
_FITTED = 3


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


def check_points(
    space: Space, realize: Realize, constraints: tuple[Constraint, ...], fit: Callable[[Values], object]
) -> None:
    """Check that some point can be trained: the first one, or one of a few drawn at random.

    Args:
        space: The holes.
        realize: Fills them.
        constraints: What a network must keep.
        fit: Raises what keeps the network of a point from the data, if anything does; asked of a few.

    Raises:
        SearchError: none of them is a valid network that keeps the constraints.
        FractalGenError: what `fit` said of the first one, when it refused all that it was asked.
    """
    reasons: list[str] = []
    misfits: list[FractalGenError] = []
    for values in itertools.islice(_valid_points(space, realize, constraints, reasons), _FITTED):
        try:
            fit(values)
        except FractalGenError as error:
            misfits.append(error)
        else:
            return
    if misfits:
        raise misfits[0]
    raise SearchError(
        f"none of {_DRAWS + 1} points of the space can be trained: {reasons[0]}", "Widen the space or the constraints."
    )


def _valid_points(
    space: Space, realize: Realize, constraints: tuple[Constraint, ...], reasons: list[str]
) -> Iterator[Values]:
    """Yield points that are networks and keep the constraints; add to `reasons` why others do not."""
    draw = random.Random(0)  # noqa: S311 - no secret
    for values in itertools.chain([space.first()], (draw_point(space, draw) for _ in range(_DRAWS))):
        try:
            broken = violations(realize(values).figures, constraints)
        except FractalGenError as error:
            reasons.append(error.message)
            continue
        if broken:
            reasons.append(f"{next(iter(broken))} does not hold")
        else:
            yield values


def check_sampler(sampler: Sampler, space: Space) -> None:
    """Check that a sampler can search a space.

    Raises:
        SearchError: it cannot.
    """
    if problem := sampler.problem(space):
        raise SearchError(f"the sampler does not fit: {problem}", "Use random or tpe.")


@dataclass(frozen=True)
class Site:
    """Where the trials of a search run.

    Attributes:
        executor: What runs them.
        workers: How many at a time.
        threads: CPU threads of each.
        placement: What each takes.
        layout: The machines that there are.
    """

    executor: type[Executor]
    workers: int
    threads: int
    placement: Placement
    layout: Layout

    def make(self, evaluation: Evaluation) -> Executor:
        """Return the executor, ready to be started."""
        return self.executor(evaluation, self.workers, self.placement)


def choose_site(search: Search, placement: Placement, name: str | None = None, workers: int | None = None) -> Site:
    """Return where the trials of a search run; `name` and `workers` go before what `search` says.

    Raises:
        SearchError: an unknown executor, one that does not have what is asked for, or more workers than can run.
    """
    name = name or ("ray" if placement.address else search.executor)
    try:
        executor = EXECUTORS.get(name)
    except UnknownNameError as error:
        raise SearchError(error.message, error.hint) from None
    _check_placement(name, executor, placement)
    executor.check(placement)
    layout = Layout(executor.nodes(placement), placement.resources)
    if layout.places == 0:
        raise SearchError(
            f"a trial takes {in_words(placement.resources.amounts)}, and no machine has that: "
            f"{'; '.join(map(str, layout.nodes)) or 'there is none'}",
            _missing(layout),
        )
    count = _workers(name, executor, layout, workers or search.workers)
    return Site(executor, count, _threads(search, count), placement, layout)


def _workers(name: str, executor: type[Executor], layout: Layout, asked: int | None) -> int:
    most = layout.places if executor.most is None else min(executor.most, layout.places)
    if asked is None or asked <= most:
        return asked or most
    if executor.most == 1:
        problem = f"{name} runs one trial at a time, and {asked} workers were asked for"
    else:
        there = ", ".join(map(str, layout.nodes))
        problem = f"{asked} workers were asked for, and there are places for {layout.places}: {there}"
    raise SearchError(problem, "Give fewer --workers, or another --executor.")


def _threads(search: Search, workers: int) -> int:
    """Return the CPU threads of a trial: as many as it says, as it takes cores, or its share of this machine's."""
    if search.threads is not None:
        return search.threads
    if "cpus" in search.resources.model_fields_set:
        return search.resources.cpus
    return max(1, cores() // workers)


def _check_placement(name: str, executor: type[Executor], placement: Placement) -> None:
    if executor.is_of_ray:
        return
    asked = [*placement.resources.custom, *(["an address"] if placement.address else [])]
    asked += ["callbacks"] if placement.callbacks else []
    if asked:
        raise SearchError(f"the executor {name!r} has no {' and no '.join(asked)}", "Set executor: ray.")


def _missing(layout: Layout) -> str:
    known = sorted({name for node in layout.nodes for name in node.has})
    for name in layout.resources.amounts:
        if name not in known:
            return f"There is no {name!r}. {suggest(name, [*known, 'gpus'])}"
    return "Ask for less in search.resources."
