"""The layout of the first figure of the FractalNet paper: columns side by side, depth downwards, joins as bars.

A box spans the columns that run it, so that every arrow is a straight line down. Where a network does not fit such a
picture, because one column has branches of its own, there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.ir.graph import Graph, Interval

from .cells import Cell, Link
from .detail import View
from .marks import Arrow, Box, Column, Layout, Rect
from .sizes import cell_height, cell_width

BETWEEN = 16.0
"""Between two columns."""
NARROWEST = 104.0
SPREAD = 8.0
"""Between two arrows of one pair of boxes."""


def column_layout(graph: Graph, seen: View) -> Layout | None:
    """Return cells in their columns; None where two would lie over each other, an arrow over a box, or none apart."""
    cells, links = seen.cells, seen.links
    spans = cell_spans(graph, cells)
    if graph.columns > 1 and len(set(spans)) == 1:
        return None
    width = _column_width(cells, spans)
    tops = _tops(seen)
    boxes = tuple(
        Box(cell, _place(span, width, top, cell_height(cell)), span)
        for cell, span, top in zip(cells, spans, tops, strict=True)
    )
    arrows = _arrows(graph, boxes, links, width)
    if arrows is None or not _is_clean(boxes, arrows):
        return None
    columns = tuple(Column(k + 1, k * (width + BETWEEN), width) for k in range(graph.columns))
    return Layout(boxes, arrows, columns if graph.columns > 1 else ())


def node_spans(graph: Graph) -> list[Interval]:
    """Return the columns that run each node, counted from 0: of a node, those of the inputs that it is for others."""
    spans: list[Interval | None] = [None] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        own = spans[index] or (0, graph.columns)
        if node.columns is not None:
            own = min(low for low, _ in node.columns), max(high for _, high in node.columns)
        spans[index] = own
        for position, source in enumerate(node.inputs):
            spans[source] = _union(spans[source], own if node.columns is None else node.columns[position])
    return [span or (0, graph.columns) for span in spans]


def _union(one: Interval | None, other: Interval) -> Interval:
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))


def cell_spans(graph: Graph, cells: Sequence[Cell]) -> list[Interval]:
    """Return the columns that run some node of each cell, counted from 0."""
    of_node = node_spans(graph)
    spans: list[Interval] = []
    for cell in cells:
        span: Interval | None = None
        for index in cell.nodes:
            span = _union(span, of_node[index])
        spans.append(span or (0, graph.columns))
    return spans


def _column_width(cells: Sequence[Cell], spans: Sequence[Interval]) -> float:
    needs = [
        (cell_width(cell) - BETWEEN * (high - low - 1)) / (high - low)
        for cell, (low, high) in zip(cells, spans, strict=True)
    ]
    return float(round(max(NARROWEST, *needs)))


def _place(span: Interval, width: float, top: float, height: float) -> Rect:
    low, high = span
    pitch = width + BETWEEN
    return Rect(low * pitch, top, (high - low) * pitch - BETWEEN, height)


def _tops(seen: View) -> list[float]:
    """Return upper edges: halfway between as high and as low as can be; a pool sits right above its join."""
    cells, links = seen.cells, seen.links
    early = _earliest(seen)
    height = max(top + cell_height(cell) for top, cell in zip(early, cells, strict=True))
    late = [height - cell_height(cell) for cell in cells]
    lowest = sorted(links, key=lambda link: -link.source)
    for link in lowest:
        room = late[link.target] - seen.gap(link) - cell_height(cells[link.source])
        late[link.source] = min(late[link.source], room)
    tops = [(high + low) / 2 for high, low in zip(early, late, strict=True)]
    below: dict[int, float] = {}
    for link in lowest:
        source = cells[link.source]
        if source.family == "pool":
            room = tops[link.target] - seen.gap(link) - cell_height(source)
            below[link.source] = tops[link.source] = min(below.get(link.source, room), room)
    return tops


def _earliest(seen: View) -> list[float]:
    tops = [0.0] * len(seen.cells)
    for link in sorted(seen.links, key=lambda link: link.target):
        room = tops[link.source] + cell_height(seen.cells[link.source]) + seen.gap(link)
        tops[link.target] = max(tops[link.target], room)
    return tops


def _arrows(graph: Graph, boxes: Sequence[Box], links: Sequence[Link], width: float) -> tuple[Arrow, ...] | None:
    middles = []
    for link in links:
        shared = _shared(graph, boxes, link)
        if shared is None:
            return None
        middles.append(_place(shared, width, 0, 0).middle)
    twins: dict[tuple[int, int, float], list[int]] = {}
    for number, (link, middle) in enumerate(zip(links, middles, strict=True)):
        twins.setdefault((link.source, link.target, middle), []).append(number)
    arrows: dict[int, Arrow] = {}
    for (_, _, middle), numbers in twins.items():
        for rank, number in enumerate(numbers):
            x = middle + SPREAD * (rank - (len(numbers) - 1) / 2)
            source, target = boxes[links[number].source].rect, boxes[links[number].target].rect
            arrows[number] = Arrow(links[number], ((x, source.bottom), (x, target.y)))
    return tuple(arrows[number] for number in range(len(links)))


def _shared(graph: Graph, boxes: Sequence[Box], link: Link) -> Interval | None:
    """Return the columns in which a link runs; None where its two boxes share none."""
    source, target = boxes[link.source], boxes[link.target]
    low, high = target.columns or (0, graph.columns)
    if target.cell.is_bar and link.edges:
        _, reader, position = link.edges[0]
        low, high = (graph.nodes[reader].columns or {position: (low, high)})[position]
    other = source.columns or (0, graph.columns)
    low, high = max(low, other[0]), min(high, other[1])
    return (low, high) if low < high else None


def _is_clean(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> bool:
    rects = [box.rect for box in boxes]
    rows = sorted(rects, key=lambda rect: rect.y)
    for number, rect in enumerate(rows):
        for other in rows[number + 1 :]:
            if other.y >= rect.bottom:
                break
            if rect.overlaps(other):
                return False
    for arrow in arrows:
        (x, top), (_, bottom) = arrow.points
        for rect in rects:
            if rect.x < x < rect.right and rect.y < bottom - 1 and rect.bottom > top + 1:
                return False
    return True
