"""Of several points that the sampler chooses, the best by a proxy: the others are no trials and are not trained.

A list is kept in the study in one write before its first trial has a point, and trial n of a list that begins at trial
m takes its point n - m. A search that was killed goes on with the list that it had; several drivers never take one
point twice, as no two trials have one number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fractalgen.errors import FractalGenError
from fractalgen.search.candidate import Candidate, Realize
from fractalgen.search.constraints import Constraint, violations
from fractalgen.spec.filter import Filter
from fractalgen.spec.holes import Values
from fractalgen.spec.search import Search

if TYPE_CHECKING:
    import optuna

_KEY = "shortlist from trial "


@dataclass(frozen=True)
class Shortlist:
    """Chooses among points.

    Attributes:
        proxy: Its name.
        options: How many points of how many.
        score: The figure of the proxy, of a plain spec.
        realize: Makes a network of a point.
        constraints: What networks must keep.
    """

    proxy: str
    options: Filter
    score: Callable[[str], float]
    realize: Realize
    constraints: tuple[Constraint, ...] = ()

    def choose(
        self, study: optuna.Study, number: int, draw: Callable[[int], Values]
    ) -> tuple[Values, dict[str, float]]:
        """Return the point of trial `number`, and what the proxy says of it.

        Args:
            study: Where lists are kept.
            number: The trial.
            draw: Gives what the sampler chooses for this trial, as often as it is asked: draw 0, draw 1, ...
        """
        start, known = self._newest(study.user_attrs, number)
        if known.get("by") != self._by or number - start >= len(known["points"]):
            start, known = number, {"by": self._by, **self._listed(draw)}
            study.set_user_attr(f"{_KEY}{number}", known)
        figure = known["scores"][number - start]
        return known["points"][number - start], {} if figure is None else {self.proxy: figure}

    @property
    def _by(self) -> list[Any]:
        return [self.proxy, self.options.keep, self.options.of]

    def _newest(self, attributes: Mapping[str, Any], number: int) -> tuple[int, dict[str, Any]]:
        starts = [int(name.removeprefix(_KEY)) for name in attributes if name.startswith(_KEY)]
        start = max((start for start in starts if start <= number), default=-1)
        return start, attributes.get(f"{_KEY}{start}", {})

    def _listed(self, draw: Callable[[int], Values]) -> dict[str, Any]:
        """Return the best points, the best one first; one that cannot be scored when none can."""
        points = [draw(index) for index in range(self.options.of)]
        found = [(self._figure(candidate), index) for index, candidate in self._candidates(points)]
        best = sorted(found, key=lambda pair: (-pair[0], pair[1]))[: self.options.kept]
        if not best:
            return {"points": [dict(points[0])], "scores": [None]}
        scores = [figure if math.isfinite(figure) else None for figure, _ in best]
        return {"points": [dict(points[index]) for _, index in best], "scores": scores}

    def _candidates(self, points: list[Values]) -> Iterator[tuple[int, Candidate]]:
        """Yield the networks that could be trained, each once."""
        seen = set()
        for index, point in enumerate(points):
            try:
                candidate = self.realize(point)
            except FractalGenError:
                continue
            if candidate.key not in seen and not violations(candidate.figures, self.constraints):
                seen.add(candidate.key)
                yield index, candidate

    def _figure(self, candidate: Candidate) -> float:
        try:
            figure = self.score(candidate.text)
        except (FractalGenError, RuntimeError):
            return -math.inf
        return -math.inf if math.isnan(figure) else figure


def read_shortlist(
    search: Search,
    realize: Realize,
    constraints: tuple[Constraint, ...],
    score: Callable[[str, str], float],
) -> Shortlist | None:
    """Return what the `filter:` of a search says; None when it has none.

    Args:
        search: The search.
        realize: Makes a network of a point.
        constraints: What networks must keep.
        score: The figure that a proxy, by its name, gives a plain spec.
    """
    for name, options in search.filter.items():
        return Shortlist(name, options, partial(score, name), realize, constraints)
    return None
