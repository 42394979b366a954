"""The `filter:` of a search: which of the points that a sampler chooses are worth training."""

from __future__ import annotations

from pydantic import Field

from fractalgen.spec._model import Model


class Filter(Model):
    """Train the best of several points, by a proxy that needs no training."""

    keep: float = Field(default=0.5, gt=0, lt=1, description="Share of the points that is trained; at least one is.")
    of: int = Field(default=16, ge=2, le=10_000, description="How many points the sampler chooses at a time.")

    @property
    def kept(self) -> int:
        """How many of the points are trained."""
        return max(1, round(self.keep * self.of))
