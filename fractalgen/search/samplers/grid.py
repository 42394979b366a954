"""Every network, each once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from fractalgen.errors import FractalGenError
from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.search.candidate import Realize
    from fractalgen.spec.holes import Space, Values


class Grid(Sampler):
    """All distinct networks in the order of the file, the last hole varying fastest; the seed plays no part.

    Before the first trial it looks for as many points as trials are asked for, and passes over those whose network
    cannot be built or is, recipe and all, that of an earlier point.
    """

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - nothing is drawn
        """Return a sampler whose trial n is point n, distinct or not."""
        from fractalgen.search.samplers._points import Points

        return Points(space.points())

    def prepare(self, space: Space, realize: Realize, trials: int) -> Sampler:
        """Return a sampler of the first distinct networks, at most `trials` of them; of all when that is 0."""
        return _Listed(points=tuple(islice(_distinct(space, realize), trials or None)))

    def problem(self, space: Space) -> str:
        """Return which hole has no end."""
        endless = next((hole.name for hole in space.holes if hole.size is None), None)
        return "" if endless is None else f"the hole {endless!r} is continuous and a grid would never end"


class _Listed(Sampler):
    points: tuple[Any, ...]

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - the points are known
        from fractalgen.search.samplers._points import Points

        return Points(self.points)

    def most(self, space: Space) -> int | None:  # noqa: ARG002 - the points are known
        return len(self.points)


def _distinct(space: Space, realize: Realize) -> Iterator[Values]:
    seen = set()
    for point in space.points():
        try:
            key = realize(point).key
        except FractalGenError:
            continue
        if key not in seen:
            seen.add(key)
            yield point
