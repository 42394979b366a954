"""Every point, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Grid(Sampler):
    """All points in the order of the file, the last hole varying fastest; the seed plays no part."""

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - nothing is drawn
        """Return a sampler whose trial n is point n."""
        from fractalgen.search.samplers._points import Points

        return Points(space)

    def most(self, space: Space) -> int | None:
        """Return the number of points."""
        return space.raw

    def problem(self, space: Space) -> str:
        """Return which hole has no end."""
        endless = next((hole.name for hole in space.holes if hole.size is None), None)
        return "" if endless is None else f"the hole {endless!r} is continuous and a grid would never end"
