"""What a pass is, and how passes run in a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from fractalgen.errors import GraphError, PassError
from fractalgen.ir.graph import Graph, part_name
from fractalgen.ir.verify import verify


@dataclass(frozen=True)
class Pass(ABC):
    """A function from graph to graph; its fields are its options. Its class is a verb phrase."""

    @property
    def name(self) -> str:
        """Its class in snake case."""
        return part_name(self)

    @abstractmethod
    def __call__(self, graph: Graph) -> Graph:
        """Return the new graph, or `graph` itself when there is nothing to change."""


def run_passes(graph: Graph, passes: Sequence[Pass]) -> Graph:
    """Run passes in order and verify the graph after each.

    Raises:
        PassError: a pass made a graph that cannot be; names it and those before it.
    """
    done: list[str] = []
    for each in passes:
        changed = each(graph)
        if changed is not graph:
            try:
                verify(changed)
            except GraphError as error:
                before = ", ".join(done) or "none"
                raise PassError(f"pass {each.name!r} broke the graph: {error}; passes before it: {before}") from error
        graph = changed
        done.append(each.name)
    return graph
