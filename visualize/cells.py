"""Graph -> cells: which nodes share a box, and what links the boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fractalgen.ir.graph import Graph, Node, Scope
from fractalgen.ir.joins._base import Join

from .families import LIGHT, family_of
from .labels import cell_lines, main_node, size, tooltip

Edge = tuple[int, int, int]
"""Node read, node that reads it, position among its inputs."""
Group = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Nodes that are drawn as one.

    Attributes:
        nodes: Indices in the graph; empty for the mark of an output.
        lines: What the box says, one or two lines.
        title: What a hover tells.
        family: Its colour.
        scope: The rule calls around all of its nodes.
    """

    nodes: Group
    lines: tuple[str, ...]
    title: str
    family: str
    scope: tuple[str, ...] = ()

    @property
    def is_bar(self) -> bool:
        """Whether it is one join."""
        return self.family == "join"


@dataclass(frozen=True, slots=True)
class Link:
    """What one cell reads of another.

    Attributes:
        source: Number of the cell that is read.
        target: Number of the cell that reads.
        edges: The edges of the graph that it stands for; empty towards the mark of an output.
    """

    source: int
    target: int
    edges: tuple[Edge, ...] = ()


def chains(graph: Graph) -> list[Group]:
    """Return one group for each op with the light ops that only it feeds or that only feed it, and for each join."""
    readers = [0] * len(graph.nodes)
    for node in graph.nodes:
        for source in node.inputs:
            readers[source] += 1
    for output in graph.outputs:
        readers[output] += 1
    groups: list[list[int]] = []
    owner: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        group = owner.get(node.inputs[0]) if len(node.inputs) == 1 and readers[node.inputs[0]] == 1 else None
        if group is None or not _rides(graph, group, node):
            group = []
            groups.append(group)
        group.append(index)
        owner[index] = group
    return in_order(map(tuple, groups))


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Return groups so that each comes after those it reads."""
    return sorted(groups, key=lambda group: group[-1])


def _rides(graph: Graph, group: Sequence[int], node: Node) -> bool:
    last = graph.nodes[group[-1]]
    if node.is_join or last.is_join or node.scope is not last.scope or last.kind == "input":
        return False
    if family_of(node.kind) in LIGHT:
        return True
    return all(family_of(graph.nodes[index].kind) in LIGHT for index in group)


def make_cells(graph: Graph, groups: Sequence[Group]) -> tuple[Cell, ...]:
    """Return the cell of each group, then a mark for each output."""
    scopes = ScopePaths()
    cells = [_cell(graph, group, scopes) for group in groups]
    for number, output in enumerate(graph.outputs, 1):
        name = "output" if len(graph.outputs) == 1 else f"output {number}"
        line = f"{name} {size(graph.nodes[output])}".strip()
        cells.append(Cell((), (line,), line, "input"))
    return tuple(cells)


def make_links(graph: Graph, groups: Sequence[Group]) -> tuple[Link, ...]:
    """Return one link for each edge into a join that is drawn alone, and else one for each pair of cells."""
    owner = {index: number for number, group in enumerate(groups) for index in group}
    found: dict[tuple[int, int, int], list[Edge]] = {}
    for index, node in enumerate(graph.nodes):
        target = owner[index]
        alone = node.is_join and len(groups[target]) == 1
        for position, read in enumerate(node.inputs):
            if owner[read] != target:
                key = (owner[read], target, position if alone else 0)
                found.setdefault(key, []).append((read, index, position))
    links = [Link(source, target, tuple(edges)) for (source, target, _), edges in found.items()]
    links += [Link(owner[output], len(groups) + number) for number, output in enumerate(graph.outputs)]
    return tuple(links)


class ScopePaths:
    """The path of each scope, walked once: large graphs share few scopes."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, ...]] = {}

    def of(self, scope: Scope | None) -> tuple[str, ...]:
        """Return the names from the outermost call inwards."""
        if scope is None:
            return ()
        path = self._known.get(id(scope))
        if path is None:
            path = self._known[id(scope)] = scope.path
        return path


def _cell(graph: Graph, group: Group, scopes: ScopePaths) -> Cell:
    nodes = [graph.nodes[index] for index in group]
    scope = _shared([scopes.of(node.scope) for node in nodes])
    title = tooltip(graph, group)
    if is_one_op(nodes):
        main = main_node(nodes)
        family = "join" if main.is_join else family_of(main.kind)
        return Cell(group, cell_lines(nodes), title, family, scope)
    return Cell(group, _group_lines(nodes, scope), title, "group", scope)


def is_one_op(nodes: Sequence[Node]) -> bool:
    """Whether the nodes are one op or join with nothing but light ops around it."""
    heavy = sum(1 for node in nodes if isinstance(node.part, Join) or family_of(node.kind) not in LIGHT)
    return len(nodes) == 1 or (heavy == 1 and not nodes[0].is_join)


def _group_lines(nodes: Sequence[Node], scope: tuple[str, ...]) -> tuple[str, ...]:
    convs = sum(node.kind == "conv" for node in nodes)
    counted = [f"{convs:,} convs"] if convs else [f"{len(nodes):,} nodes"]
    joins = sum(node.is_join for node in nodes)
    if joins:
        counted.append(f"{joins:,} joins")
    name = scope[-1] if scope else main_node(nodes).name
    out = size(nodes[-1])
    return f"{name}  {out}".strip(), ", ".join(counted)


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    first, last = min(paths), max(paths)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]
