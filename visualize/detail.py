"""How much of a graph one picture shows: everything, or rule calls as boxes, so that it stays readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fractalgen.ir.graph import Graph

from .blocks import Block, blocks_of
from .cells import Cell, Group, Link, ScopePaths, chains, in_order, make_cells, make_links
from .sizes import GAP, WIDE_GAP

MOST_CELLS = 400
MOST_STEPS = 20_000
"""Rows that all links together may run through: what the layered layout has to order."""


@dataclass(frozen=True, slots=True)
class View:
    """What a picture shows, before anything has a place.

    Attributes:
        cells: Sources before their readers.
        links: What cells read of each other.
        blocks: The block of each cell, if it is in one.
        is_full: Whether every op with weights has a cell of its own.
    """

    cells: tuple[Cell, ...]
    links: tuple[Link, ...]
    blocks: tuple[Block | None, ...]
    is_full: bool

    def gap(self, link: Link) -> float:
        """Return the room between a box and one that reads it."""
        return GAP if self.blocks[link.source] == self.blocks[link.target] else WIDE_GAP


def view(graph: Graph) -> View:
    """Return the finest view that is small enough to draw."""
    finest = chains(graph)
    for groups in _coarser(graph, finest):
        if len(groups) <= MOST_CELLS:
            links = make_links(graph, groups)
            if _steps(len(groups) + len(graph.outputs), links) <= MOST_STEPS:
                break
    cells = make_cells(graph, groups)
    return View(cells, links, blocks_of(cells), len(groups) == len(finest))


def _coarser(graph: Graph, finest: Sequence[Group]) -> Iterator[Sequence[Group]]:
    yield finest
    scopes = ScopePaths()
    paths = [scopes.of(node.scope) for node in graph.nodes]
    groups = finest
    for level in range(max(map(len, paths)), 0, -1):
        groups = _by_scope(finest, paths, level)
        yield groups
    most = MOST_CELLS
    while most > 1:
        groups = _runs(groups, most)
        yield groups
        most //= 2
    yield [tuple(range(len(graph.nodes)))]


def _by_scope(finest: Sequence[Group], paths: Sequence[tuple[str, ...]], level: int) -> list[Group]:
    """Return neighbours of one rule call `level` deep as one group.

    Only nodes that follow each other in the graph are put together: order of execution cannot run in a circle.
    """
    groups: list[list[int]] = []
    current: tuple[str, ...] | None = None
    alone = [group for group in finest if len(paths[group[0]]) < level]
    single = {index for group in alone for index in group}
    for index, path in enumerate(paths):
        if index in single:
            current = None
        elif path[:level] == current:
            groups[-1].append(index)
        else:
            current = path[:level]
            groups.append([index])
    return in_order([*map(tuple, groups), *alone])


def _runs(groups: Sequence[Group], most: int) -> list[Group]:
    length = -(-len(groups) // most)
    pieces = (groups[start : start + length] for start in range(0, len(groups), length))
    return [tuple(sorted(index for group in piece for index in group)) for piece in pieces]


def _steps(count: int, links: Sequence[Link]) -> int:
    row = [0] * count
    for link in sorted(links, key=lambda link: link.source):
        row[link.target] = max(row[link.target], row[link.source] + 1)
    return sum(row[link.target] - row[link.source] for link in links)
