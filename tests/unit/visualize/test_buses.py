"""A residual bus in a picture: its streams are named, its reads and writes are bars."""

from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.visualize.detail import view
from fractalgen.visualize.labels import node_line, part_line
from fractalgen.visualize.lettering import TIMES

SPEC = """
network:
  input: [3, 8, 8]
  body: {residual_bus: {kind: KIND, body: {sequence: [{site: conv}, {site: {conv: {kernel: 1}}}]}}}
"""


def graph(kind):
    return expand(load_text(SPEC.replace("KIND", kind)))


def test_boxes_say_what_the_parts_do():
    lines = [part_line(node).replace(TIMES, "x") for node in graph("{hyper_connection: {dynamic: true}}").nodes]
    assert lines == [
        "input 3x8x8",
        "open bus, streams 4",
        "hyper connection, dynamic",
        "read streams",
        "conv 3x3, 3",
        "write streams",
        "hyper connection, dynamic",
        "read streams",
        "conv 1x1, 3",
        "write streams",
        "close bus",
    ]


def test_a_tooltip_tells_the_streams():
    line = node_line(graph("manifold").nodes[1]).replace(TIMES, "x")
    assert line == "open_bus: open_bus {streams: 4} → 4 streams of 3x8x8"


def test_reads_and_writes_are_bars_with_a_line_from_the_streams_around_the_layer():
    seen = view(graph("manifold"))
    names = [cell.lines[0].replace(TIMES, "x") for cell in seen.cells]
    assert [name for name, cell in zip(names, seen.cells, strict=True) if cell.is_bar] == [
        "read streams",
        "write streams",
        "read streams",
        "write streams",
    ]
    first = names.index("write streams")
    assert sorted(names[link.source] for link in seen.links if link.target == first) == [
        "conv 3x3, 3",
        "manifold",
        "open bus, streams 4",
    ]
