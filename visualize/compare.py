"""Two networks side by side, with what only one of them has in a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from fractalgen.errors import UnknownNameError
from fractalgen.ir.graph import Graph
from fractalgen.passes import Pass, Simplify, run_passes
from fractalgen.registry import suggest

from .cells import Cell
from .colouring import Colouring
from .compose import figure_of
from .detail import view
from .families import Paint
from .look import PLAIN, Look
from .marks import Arrow, Figure, Layout

APART = 24.0
PASSES: Mapping[str, Pass] = {"simplify": Simplify()}
"""Passes that change a network of ops, by the names that `draw` knows them by."""
PAINTS: Mapping[str, Paint] = {
    "both": Paint("in both", "#999999", 0.14),
    "left": Paint("only on the left", "#d55e00", 0.4),
    "right": Paint("only on the right", "#0072b2", 0.4),
    "input": Paint("input and output", "#5b6470", 0.04),
}


def compare(left: Graph, right: Graph, look: Look = PLAIN) -> Figure:
    """Return two expanded graphs side by side; their boxes are matched in order by what they say.

    Raises:
        ExportError: one of them cannot be drawn as `look` asks.
    """
    views = [view(graph, look) for graph in (left, right)]
    kept = _matched(views[0].cells, views[1].cells)
    figures = [
        figure_of(graph, seen, _colours(seen.cells, same, side), replace(look, batches=()))
        for graph, seen, same, side in zip((left, right), views, kept, ("left", "right"), strict=True)
    ]
    return beside(figures[0], figures[1])


def before_and_after(graph: Graph, name: str, look: Look = PLAIN) -> Figure:
    """Return a graph before and after one of `PASSES`, side by side.

    Raises:
        UnknownNameError: there is no such pass.
    """
    if name not in PASSES:
        raise UnknownNameError(f"unknown pass {name!r}", suggest(name, PASSES))
    changed = run_passes(graph, (PASSES[name],))
    titled = [
        replace(each, name=f"{when} {name}: {graph.name}") for when, each in (("before", graph), ("after", changed))
    ]
    return compare(titled[0], titled[1], look)


def beside(left: Figure, right: Figure) -> Figure:
    """Return two figures as one, the second to the right of the first."""
    moved = _moved(right, left.width + APART, len(left.boxes))
    return replace(
        left,
        name=f"{left.name} | {right.name}",
        width=left.width + APART + right.width,
        height=max(left.height, right.height),
        layout=Layout(left.boxes + moved.boxes, left.arrows + moved.arrows, left.columns + moved.columns),
        bands=left.bands + moved.bands,
        texts=left.texts + moved.texts,
        legend=left.legend + moved.legend,
        facts=tuple((f"{name}, {side}", value) for name, value, side in _facts(left, right)),
        table=(),
        paints={**left.paints, **right.paints},
    )


def _facts(left: Figure, right: Figure) -> list[tuple[str, str, str]]:
    rows = []
    others = dict(right.facts)
    for name, value in left.facts:
        rows += [(name, value, "left"), (name, others.get(name, ""), "right")]
    return rows


def _matched(left: Sequence[Cell], right: Sequence[Cell]) -> tuple[set[int], set[int]]:
    """Return the cells of each side that the other side has too, in the same order."""
    one, other = ([cell.lines for cell in cells] for cells in (left, right))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return (
        {block.a + step for block in blocks for step in range(block.size)},
        {block.b + step for block in blocks for step in range(block.size)},
    )


def _colours(cells: Sequence[Cell], kept: set[int], side: str) -> Colouring:
    names = [
        ("input" if not cell.nodes or cell.family == "input" else "both") if number in kept else side
        for number, cell in enumerate(cells)
    ]
    return Colouring(tuple(names), PAINTS)


def _moved(figure: Figure, right: float, first: int) -> Figure:
    """Return a figure elsewhere, its boxes counted from `first`."""
    layout = figure.layout.moved(right, 0.0)
    arrows = tuple(_renumbered(arrow, first) for arrow in layout.arrows)
    return replace(
        figure,
        layout=replace(layout, arrows=arrows),
        bands=tuple(replace(band, rect=band.rect.moved(right, 0.0)) for band in figure.bands),
        texts=tuple(text.moved(right, 0.0) for text in figure.texts),
        legend=tuple(replace(swatch, rect=swatch.rect.moved(right, 0.0)) for swatch in figure.legend),
    )


def _renumbered(arrow: Arrow, first: int) -> Arrow:
    link = replace(arrow.link, source=arrow.link.source + first, target=arrow.link.target + first)
    return replace(arrow, link=link)
