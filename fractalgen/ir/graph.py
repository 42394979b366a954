"""The graph: a frozen list of nodes, each reading earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fractalgen.errors import Place
from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Op, Part, part_name
from fractalgen.ir.terms import Term
from fractalgen.ir.types import TensorType
from fractalgen.notebook import view

if TYPE_CHECKING:
    import networkx as nx

Interval = tuple[int, int]
"""Network columns `low <= k < high`, counted from 0."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rule call that a node came from; scopes link to the call around them."""

    name: str
    parent: Scope | None = None
    place: Place | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """Names from the outermost call inwards."""
        names = []
        scope: Scope | None = self
        while scope is not None:
            names.append(scope.name)
            scope = scope.parent
        return tuple(reversed(names))


@dataclass(frozen=True, slots=True)
class Input:
    """The op of a node that stands for an input of the network."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes:
        part: What it does: an op, a join, or `Input`.
        inputs: Indices of earlier nodes, in order; an index may repeat.
        columns: For a droppable join, the network columns that take each input; else None.
        name: Its name inside its scope.
        scope: The rule call that made it.
        type: The type of its output, once inferred.
        place: Where in the spec it was written.
        share: The key of its weights: nodes with one key have the same.
    """

    part: Any
    inputs: tuple[int, ...] = ()
    columns: tuple[Interval, ...] | None = None
    name: str = ""
    scope: Scope | None = None
    type: TensorType | None = None
    place: Place | None = None
    share: str | None = None

    @property
    def droppable(self) -> bool:
        """Whether drop-path may leave out some of its inputs."""
        return self.columns is not None

    @property
    def is_join(self) -> bool:
        """Whether it merges branches."""
        return isinstance(self.part, Join)

    @property
    def path(self) -> str:
        """Its full name, readable and unique in the graph: `fractal_2.conv_bn_relu_3.conv`."""
        return ".".join((*(self.scope.path if self.scope else ()), self.name))

    @property
    def kind(self) -> str:
        """The name of its op or join in the rule language, or `input`."""
        return part_name(self.part)


@dataclass(frozen=True, eq=False)
class Program:
    """What a graph of rules stands for, ready to be written out.

    Attributes:
        term: The network.
        source: The type of its input.
        outputs: Names of what it returns.
        place: Where it was written.
    """

    term: Term
    source: TensorType
    outputs: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Graph:
    """A network as a value. Nodes read only earlier nodes, so that list order is an order of execution.

    Attributes:
        nodes: Every node; inputs of the network first.
        outputs: Indices of the nodes whose values the network returns, in order.
        columns: How many columns the network has.
        name: The name in the spec.
        taps: Names of values -> their nodes; they change nothing of the computation.
        program: In a graph of rules, what its rule calls stand for.
    """

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    columns: int = 1
    name: str = ""
    taps: tuple[tuple[str, int], ...] = ()
    program: Program | None = None

    def _repr_svg_(self) -> str:
        return view("graph", self)

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """Indices of the network's inputs."""
        return tuple(i for i, node in enumerate(self.nodes) if isinstance(node.part, Input))

    @cached_property
    def owners(self) -> tuple[int, ...]:
        """For each node the one that owns its weights: the first with its share key, or itself."""
        first: dict[str, int] = {}
        return tuple(
            [i if node.share is None else first.setdefault(node.share, i) for i, node in enumerate(self.nodes)]
        )

    @cached_property
    def _types(self) -> tuple[Any, ...]:
        return tuple([node.type for node in self.nodes])

    def input_types(self, index: int) -> tuple[TensorType, ...]:
        """Return the types that reach node `index`; types must have been inferred."""
        types = self._types
        return tuple([types[source] for source in self.nodes[index].inputs])

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return a networkx copy: nodes by index, edges keyed by the position of the input."""
        import networkx as nx

        copy = nx.MultiDiGraph(name=self.name)
        for index, node in enumerate(self.nodes):
            copy.add_node(index, kind=node.kind, path=node.path, part=node.part, type=node.type)
            for position, source in enumerate(node.inputs):
                interval = node.columns[position] if node.columns else None
                copy.add_edge(source, index, key=position, columns=interval)
        return copy

    def __str__(self) -> str:
        from fractalgen.ir.printed import printed

        return printed(self)


__all__ = ["Graph", "Input", "Interval", "Node", "Op", "Part", "Scope", "part_name"]
