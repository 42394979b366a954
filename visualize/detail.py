"""How much of a graph one picture shows: everything, or rule calls as boxes, so that it stays readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph

from .blocks import Block, blocks_of
from .cells import Cell, Group, Link, ScopePaths, chains, in_order, make_cells, make_links
from .look import PLAIN, Look
from .sizes import GAP, WIDE_GAP

MOST_STEPS = 20_000
"""Rows that all links together may run through: what the layered layout has to order."""
MOST_OPS = 2_000
"""Boxes of one picture at the level `ops`; a file stays below 2 MB."""


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


def view(graph: Graph, look: Look = PLAIN) -> View:
    """Return the boxes of the level that `look` asks for.

    Raises:
        ExportError: at the level `ops`, they are too many for one picture.
    """
    finest = chains(graph)
    if look.level == "ops":
        _check_size(graph, finest)
        return _view(graph, finest, finest)
    steps = _coarser(graph, finest)
    if look.level == "rules":
        steps = _by_calls(graph, finest)
    for groups in steps:
        if len(groups) <= look.most_boxes and _is_light(graph, groups):
            break
    return _view(graph, groups, finest)


def _view(graph: Graph, groups: Sequence[Group], finest: Sequence[Group]) -> View:
    cells = make_cells(graph, groups)
    return View(cells, make_links(graph, groups), blocks_of(cells), len(groups) == len(finest))


def _check_size(graph: Graph, groups: Sequence[Group]) -> None:
    if len(groups) > MOST_OPS or not _is_light(graph, groups, 10 * MOST_STEPS):
        raise ExportError(
            f"{len(groups):,} boxes are too many for one picture, which holds {MOST_OPS:,} with short arrows",
            "Draw it collapsed, or a part of it.",
        )


def _is_light(graph: Graph, groups: Sequence[Group], most: int = MOST_STEPS) -> bool:
    return _steps(len(groups) + len(graph.outputs), make_links(graph, groups)) <= most


def _by_calls(graph: Graph, finest: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """Yield the outermost rule calls of which there are several, then coarser views."""
    paths = _paths(graph)
    levels = [_by_scope(finest, paths, level) for level in range(1, max(map(len, paths), default=0) + 1)]
    several = (groups for groups in levels if sum(1 for group in groups if len(group) > 1) > 1)
    first = next(several, levels[0] if levels else finest)
    yield first
    yield from _runs_of(graph, first)


def _coarser(graph: Graph, finest: Sequence[Group]) -> Iterator[Sequence[Group]]:
    yield finest
    paths = _paths(graph)
    groups = finest
    for level in range(max(map(len, paths)), 0, -1):
        groups = _by_scope(finest, paths, level)
        yield groups
    yield from _runs_of(graph, groups)


def _runs_of(graph: Graph, groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    most = len(groups)
    while most > 1:
        groups = _runs(groups, most)
        yield groups
        most //= 2
    yield [tuple(range(len(graph.nodes)))]


def _paths(graph: Graph) -> list[tuple[str, ...]]:
    scopes = ScopePaths()
    return [scopes.of(node.scope) for node in graph.nodes]


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
