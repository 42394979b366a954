"""Keys by which nodes of different networks of one space have the same weights.

A key is where the node was written, along the calls that made it, with its first column, its number among those that
were written there, and its parameters apart from widths. So the first convolution of the second column is the same
one whether the fractal has two columns or four, and a wider network has the narrow one's channels as its first.
"""

from __future__ import annotations

import re
from collections import Counter

from fractalgen.ir.graph import Graph, Input, Node, Scope
from fractalgen.ir.ops.flatten import Flatten
from fractalgen.ir.parts import Part, declared

_NUMBER = re.compile(r"_\d+$")


def weight_keys(graph: Graph) -> tuple[str, ...]:
    """Return the key of every node of a graph with types."""
    return _Keys(graph).of_nodes()


class _Keys:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._columns = _first_columns(graph)
        self._scope_columns: dict[int, int] = {}
        self._scopes: dict[int, str] = {}
        self._counts: Counter[str] = Counter()
        for node, column in zip(graph.nodes, self._columns, strict=True):
            scope = node.scope
            while scope is not None:
                known = self._scope_columns.get(id(scope), column)
                self._scope_columns[id(scope)] = min(known, column)
                scope = scope.parent

    def of_nodes(self) -> tuple[str, ...]:
        """Return the keys; places are numbered in the order of the nodes."""
        return tuple(self._of(index, node) for index, node in enumerate(self._graph.nodes))

    def _of(self, index: int, node: Node) -> str:
        if node.share is not None:
            return f"share {node.share} {node.kind}{self._parameters(index, node)}"
        path = node.place.path if node.place else ""
        name = self._numbered(f"{self._of_scope(node.scope)}/{node.kind} {path}@{self._columns[index]}")
        return name + self._parameters(index, node)

    def _of_scope(self, scope: Scope | None) -> str:
        if scope is None:
            return ""
        known = self._scopes.get(id(scope))
        if known is None:
            path = scope.place.path if scope.place else ""
            rule = _NUMBER.sub("", scope.name)
            name = f"{self._of_scope(scope.parent)}/{rule} {path}@{self._scope_columns[id(scope)]}"
            known = self._scopes[id(scope)] = self._numbered(name)
        return known

    def _numbered(self, name: str) -> str:
        self._counts[name] += 1
        count = self._counts[name]
        return name if count == 1 else f"{name}#{count}"

    def _parameters(self, index: int, node: Node) -> str:
        if isinstance(node.part, Input):
            return ""
        kind: type[Part] = type(node.part)
        found = {name: getattr(node.part, name) for name in declared(kind) if name != "out"}
        inputs = self._graph.input_types(index)
        if found.get("groups", 1) == inputs[0].channels > 1:
            found["groups"] = "each"
        if node.kind == "linear" and (read := self._read(index)):
            found["reads"] = read
        if not node.is_join and self._reads_concat(index):
            found["behind"] = "concat"
        return "(" + ", ".join(f"{name}={value!r}" for name, value in found.items()) + ")"

    def _read(self, index: int) -> str:
        """Return what a linear layer reads: how it was flattened, and the call that made it if it is another.

        Behind another block, or another size of map, the same channels mean something else. Of images, a channel's
        positions lie together, so that narrow networks read the first ones of wide networks.
        """
        graph, scope, found = self._graph, self._graph.nodes[index].scope, ""
        while len(graph.nodes[index].inputs) == 1:
            index = graph.nodes[index].inputs[0]
            node, types = graph.nodes[index], graph.input_types(index)
            if isinstance(node.part, Flatten):
                found = f"{types[0].positions} positions " if len(types[0].shape) == 3 else f"{types[0]} "
            elif isinstance(node.part, Input) or node.is_join or node.part.cost(types).parameters:
                return found + self._call_beside(scope, node.scope)
        return found

    def _reads_concat(self, index: int) -> bool:
        """Whether learned numbers of an op meet the channels of a concatenation, which are not those of its branches.

        Behind the other joins a channel means what it means in each branch.
        """
        if not self._learns(index):
            return False
        source = self._graph.nodes[index].inputs[0]
        while len(self._graph.nodes[source].inputs) == 1 and not self._graph.nodes[source].is_join:
            if self._learns(source):
                return False
            source = self._graph.nodes[source].inputs[0]
        return self._graph.nodes[source].kind == "concat"

    def _learns(self, index: int) -> bool:
        found: int = self._graph.nodes[index].part.cost(self._graph.input_types(index)).parameters
        return found > 0

    def _call_beside(self, here: Scope | None, there: Scope | None) -> str:
        """Return the outermost call around `there` that is not around `here`; empty when there is none."""
        around, found = set(), ""
        while here is not None:
            around.add(id(here))
            here = here.parent
        while there is not None and id(there) not in around:
            found = self._of_scope(there)
            there = there.parent
        return found


def _first_columns(graph: Graph) -> tuple[int, ...]:
    """Return for each node the first column of the network, counted from 0, that runs it."""
    first = [graph.columns] * len(graph.nodes)
    for output in graph.outputs:
        first[output] = 0
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        for position, source in enumerate(node.inputs):
            column = first[index] if node.columns is None else max(first[index], node.columns[position][0])
            first[source] = min(first[source], column)
    return tuple(first)
