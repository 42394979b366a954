from __future__ import annotations

from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.joins.sum import Sum
from fractalgen.ir.ops.conv import Conv
from fractalgen.visualize import figure, svg


def test_a_network_of_many_boxes_is_drawn_by_its_rule_calls(fractal):
    picture = figure(fractal(8, 3))
    assert [box.cell.lines[0].split()[0] for box in picture.boxes if box.cell.family == "group"] == [
        "fractal",
        "fractal_2",
        "fractal_3",
    ]


def test_a_collapsed_picture_says_so(fractal):
    assert any("neighbours are drawn as one" in text.text for text in figure(fractal(8, 3)).texts)


def test_a_full_picture_does_not_say_so(fractal):
    assert not any("drawn as one" in text.text for text in figure(fractal(3, 3)).texts)


def test_a_collapsed_picture_still_holds_every_node(fractal):
    graph = fractal(8, 3)
    shown = [index for box in figure(graph).boxes for index in box.cell.nodes]
    assert sorted(shown) == list(range(len(graph.nodes)))


def test_a_long_chain_without_rule_calls_stays_small():
    nodes = [Node(Input(), name="input"), *(Node(Conv(out=4), (i,), name=f"conv_{i}") for i in range(3000))]
    picture = figure(Graph(tuple(nodes), (3000,), name="chain"))
    assert len(picture.boxes) <= 401
    assert len(svg(picture)) < 500_000


def test_a_graph_where_everything_reads_everything_stays_small():
    nodes = [Node(Input(), name="input")]
    nodes += [Node(Sum(), tuple(range(i)), name=f"sum_{i}") for i in range(1, 120)]
    assert len(svg(figure(Graph(tuple(nodes), (119,), name="dense")))) < 2_000_000
