"""What every picture must be, whatever it shows."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest

from fractalgen.ir.graph import Graph
from fractalgen.visualize import Figure, figure

ROUNDING = 0.01


KINDS = [("residual", 0), *(("fractal", columns) for columns in range(1, 5)), *(("random", seed) for seed in range(12))]


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]} {kind[1]}")
def graph(request, fractal, residual, random_graph) -> Graph:
    kind, which = request.param
    if kind == "fractal":
        return fractal(which, 2)
    return residual if kind == "residual" else random_graph(which)


@pytest.fixture
def picture(graph: Graph) -> Figure:
    return figure(graph)


def test_every_node_is_in_exactly_one_box(graph, picture):
    shown = [index for box in picture.boxes for index in box.cell.nodes]
    assert sorted(shown) == list(range(len(graph.nodes)))


def test_every_edge_is_inside_a_box_or_in_exactly_one_arrow(graph, picture):
    owner = {index: number for number, box in enumerate(picture.boxes) for index in box.cell.nodes}
    edges = [(source, i, at) for i, node in enumerate(graph.nodes) for at, source in enumerate(node.inputs)]
    between = Counter(edge for edge in edges if owner[edge[0]] != owner[edge[1]])
    assert Counter(edge for arrow in picture.arrows for edge in arrow.link.edges) == between


def test_every_output_is_marked(graph, picture):
    marks = [box for box in picture.boxes if not box.cell.nodes]
    assert len(marks) == len(graph.outputs)


def test_no_two_boxes_overlap(picture):
    pairs = combinations(picture.boxes, 2)
    assert [(one.cell.lines, two.cell.lines) for one, two in pairs if one.rect.overlaps(two.rect)] == []


def test_arrows_start_and_end_on_their_boxes(picture):
    for arrow in picture.arrows:
        source, target = picture.boxes[arrow.link.source].rect, picture.boxes[arrow.link.target].rect
        (x, y), (end_x, end_y) = arrow.points[0], arrow.points[-1]
        assert y == pytest.approx(source.bottom)
        assert source.x <= x <= source.right
        assert end_y == pytest.approx(target.y)
        assert target.x <= end_x <= target.right


def test_arrows_run_downwards_and_cross_no_box(picture):
    rects = [box.rect.grown(-ROUNDING, -ROUNDING) for box in picture.boxes]
    for arrow in picture.arrows:
        for (x, y), (to_x, to_y) in pairwise(arrow.points):
            assert to_y >= y
            for step in range(21):
                at_x, at_y = x + (to_x - x) * step / 20, y + (to_y - y) * step / 20
                assert not any(r.x < at_x < r.right and r.y < at_y < r.bottom for r in rects)


def test_no_two_arrows_lie_on_each_other(picture):
    ends = Counter((arrow.link.target, round(arrow.points[-1][0], 1)) for arrow in picture.arrows)
    assert max(ends.values()) == 1


def test_everything_lies_inside_the_page(picture):
    rects = [box.rect for box in picture.boxes] + [band.rect for band in picture.bands]
    rects += [swatch.rect for swatch in picture.legend]
    assert all(r.x >= 0 and r.y >= 0 and r.right <= picture.width and r.bottom <= picture.height for r in rects)
    assert all(0 <= text.x <= picture.width and 0 <= text.y <= picture.height for text in picture.texts)


def test_the_legend_names_each_colour_once(picture):
    paints = [swatch.paint for swatch in picture.legend]
    assert sorted(paints) == sorted({box.colour for box in picture.boxes})
