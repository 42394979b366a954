"""Networks that evolve while they train the weights that they share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from fractalgen.search.candidate import draw_point
from fractalgen.search.samplers._genes import breed
from fractalgen.search.samplers.genetic import Genetic
from fractalgen.search.weight_sharing.paths import TRIES, Paths
from fractalgen.spec.holes import Values

Key = tuple[tuple[str, int | float], ...]

Costs = tuple[float, ...]
"""What shared weights say of a network, less being better in each place, the first one mattering most."""


@dataclass
class Population:
    """The network of each step is a child of an archive, which takes in the best of a generation after each epoch.

    Habi and Rafalovich, Genetic Network Architecture Search, arXiv 1907.02871. Weights move, so that all of the archive
    is scored anew beside each generation, by the same weights and the same images.

    Attributes:
        paths: Draws what comes before there is an archive, and knows which points can be trained.
        options: Sizes and chances.
        generations: How many follow one another after an epoch.
        archive: The best networks, the fittest first; empty at the beginning.
    """

    paths: Paths
    options: Genetic
    generations: int
    archive: tuple[Values, ...] = ()

    def at(self, step: int) -> str:
        """Return the filled spec of a step, which follows from the seed, the step and the archive.

        Raises:
            SearchError: none of many draws is a network that keeps the constraints.
        """
        draw = random.Random(f"{self.paths.seed}:{step}:child")  # noqa: S311 - no secret
        return next((text for _, text in self._children(draw)), None) or self.paths.at(step)

    def evolve(self, epoch: int, score: Callable[[str], Costs]) -> None:
        """Let generations follow one another, each scored by the weights as they are after an epoch, from 1."""
        for generation in range(self.generations):
            draw = random.Random(f"{self.paths.seed}:{epoch}:{generation}:generation")  # noqa: S311 - no secret
            texts = {_key(point): text for point in self.archive if (text := self.paths.text(point)) is not None}
            self._add(texts, len(texts) + self.options.generation, draw)
            costs = {key: score(text) for key, text in texts.items()}
            # Of equals, the order of the points decides: that in which they were scored says nothing.
            best = sorted(costs, key=lambda key: (costs[key], key))
            self.archive = tuple(dict(key) for key in best[: self.options.archive])

    def state(self) -> list[dict[str, Any]]:
        """Return what a checkpoint keeps."""
        return [dict(point) for point in self.archive]

    def restore(self, state: Iterable[Mapping[str, Any]]) -> None:
        """Take over what a checkpoint kept."""
        self.archive = tuple(dict(point) for point in state)

    def _add(self, texts: dict[Key, str], size: int, draw: random.Random) -> None:
        """Add new children until there are `size` networks; random ones where children only repeat what is there."""
        for point, text in chain(self._children(draw), self._random(draw)):
            if len(texts) == size:
                return
            texts.setdefault(_key(point), text)

    def _children(self, draw: random.Random) -> Iterator[tuple[Values, str]]:
        if not self.archive:
            return iter(())
        space, mutation = self.paths.space, self.options.mutation
        return self._valid(lambda: breed(space, self.archive, mutation, draw))

    def _random(self, draw: random.Random) -> Iterator[tuple[Values, str]]:
        return self._valid(lambda: draw_point(self.paths.space, draw))

    def _valid(self, make: Callable[[], Values]) -> Iterator[tuple[Values, str]]:
        for point in (make() for _ in range(TRIES)):
            text = self.paths.text(point)
            if text is not None:
                yield point, text


def _key(point: Values) -> Key:
    return tuple(point.items())
