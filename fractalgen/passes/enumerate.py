"""A space -> its distinct architectures, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fractalgen.errors import GraphError, SpecError
from fractalgen.ir.build import build_graph
from fractalgen.ir.graph import Graph
from fractalgen.passes._base import run_passes
from fractalgen.passes.expand_rules import ExpandRules
from fractalgen.passes.fingerprint import fingerprint
from fractalgen.passes.infer_shapes import InferShapes
from fractalgen.spec import Spec


@dataclass(frozen=True)
class Architecture:
    """One distinct architecture of a space.

    Attributes:
        values: The first point that gave it.
        spec: The plain spec of that point.
        graph: Its graph of ops, with types.
        fingerprint: Its canonical hash.
    """

    values: dict[str, int | float]
    spec: Spec
    graph: Graph
    fingerprint: str


@dataclass
class Enumeration:
    """Visits the points of a space in order and yields each architecture once.

    Attributes:
        spec: A spec with holes that are not continuous.
        visited: Points visited so far.
        buildable: Points among them that give a network.
        complete: Whether every point was visited.
    """

    spec: Spec
    visited: int = 0
    buildable: int = 0
    complete: bool = False
    _seen: set[str] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        """Different architectures among the points visited."""
        return len(self._seen)

    def __iter__(self) -> Iterator[Architecture]:
        for values in self.spec.space.points():
            self.visited += 1
            plain = self.spec.fill(values)
            try:
                graph = run_passes(build_graph(plain), (ExpandRules(), InferShapes()))
            except (SpecError, GraphError):
                continue
            self.buildable += 1
            found = fingerprint(graph)
            if found not in self._seen:
                self._seen.add(found)
                yield Architecture(values, plain, graph, found)
        self.complete = True
