"""Values draw themselves in a notebook."""

from __future__ import annotations

from xml.etree import ElementTree

from fractalgen.compiler import compile_graph
from fractalgen.passes import facts
from fractalgen.search import Leaderboard, Row
from fractalgen.spec import load_text
from fractalgen.spec.search import Objective
from fractalgen.visualize import figure, svg

GOALS = (Objective(metric="val_accuracy", direction="maximize"), Objective(metric="parameters", direction="minimize"))


def test_a_graph_shows_its_picture(fractal):
    graph = fractal(2)
    assert graph._repr_svg_() == svg(figure(graph))


def test_a_lowered_network_shows_the_picture_of_its_graph(fractal):
    network = compile_graph(fractal(2))
    assert network._repr_svg_() == svg(figure(network.graph))


def test_a_space_shows_its_first_network():
    text = "name: space\nnetwork: {input: [3, 8, 8], body: {conv: {out: {choice: [4, 8]}}}}\n"
    shown = load_text(text)._repr_svg_()
    assert "conv 3\N{MULTIPLICATION SIGN}3, 4" in shown


def test_facts_show_tables(fractal):
    shown = facts(fractal(2))._repr_html_()
    assert "<th>parameters</th>" in shown
    assert "<th>column</th>" in shown


def test_a_leaderboard_shows_a_plot_and_the_best_first():
    rows = tuple(
        Row(n, "complete", {"body.<width>": n}, {"val_accuracy": n / 9, "parameters": 1000.0 * 40**n}) for n in range(3)
    )
    pruned = Row(3, "pruned", {"body.<width>": 3}, {})
    shown = Leaderboard("net", GOALS, 4, (*rows, pruned))._repr_html_()
    plot, _, rest = shown.partition("</svg>")
    ElementTree.fromstring(plot + "</svg>")  # noqa: S314 - written here
    assert plot.count("<circle") == 3
    assert [cell[:1] for cell in rest.split("<tr><td>")[1:]] == ["2", "1", "0"]
    assert "&lt;width&gt;" in rest


def test_a_leaderboard_tells_holes_of_one_name_apart():
    row = Row(0, "complete", {"body.stem.columns": 2, "body.head.columns": 3}, {"val_accuracy": 0.5})
    shown = Leaderboard("net", GOALS[:1], 1, (row,))._repr_html_()
    assert "<th>stem.columns</th>" in shown
    assert "<th>head.columns</th>" in shown


def test_a_leaderboard_of_one_objective_or_of_nothing_shows_a_table():
    assert "<svg" not in Leaderboard("net", GOALS[:1], 4)._repr_html_()
    assert "<svg" not in Leaderboard("net", GOALS, 4)._repr_html_()
