"""Points that are found before the first trial, and the sampler that goes through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from fractalgen.errors import FractalGenError
from fractalgen.search.candidate import Figure
from fractalgen.search.samplers._base import Sampler, Survey

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.search.candidate import Candidate
    from fractalgen.spec.holes import Space, Values

    Found = tuple[Values, Candidate]

IN_ORDER = (
    "A figure of the graph, such as macs: the networks are tried from the least to the largest. Those that break a "
    "constraint on the graph are then passed over."
)
"""What `order` is, for those that have it."""


class Listed(Sampler):
    """Goes through its points, each once."""

    points: tuple[Any, ...]

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - the points are known
        """Return a sampler of the first point that was not asked for."""
        from fractalgen.search.samplers._points import Unasked

        return Unasked(self.points)

    def most(self, space: Space) -> int | None:  # noqa: ARG002 - the points are known
        """Return the number of points."""
        return len(self.points)


def distinct(survey: Survey, points: Iterable[Values]) -> Iterator[Found]:
    """Yield the points whose network can be built and is, recipe and all, that of no earlier point."""
    seen = set()
    for point in points:
        try:
            candidate = survey.realize(point)
        except FractalGenError:
            continue
        if candidate.key not in seen:
            seen.add(candidate.key)
            yield point, candidate


def keeping(survey: Survey, found: Iterable[Found]) -> Iterator[Found]:
    """Yield the networks that keep the constraints on the graph."""
    from fractalgen.search.constraints import violations

    return (each for each in found if not violations(each[1].figures, survey.constraints))


def in_order(found: Iterable[Found], order: Figure) -> tuple[Values, ...]:
    """Return the points by a figure of their networks, the least first; equals as they come."""
    return tuple(point for point, _ in sorted(found, key=lambda each: each[1].figures[order]))
