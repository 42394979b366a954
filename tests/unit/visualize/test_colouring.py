"""What the colour of a box tells."""

from __future__ import annotations

import itertools

import pytest

from fractalgen.errors import ExportError
from fractalgen.passes.costs import Costs
from fractalgen.visualize import COLOURS, Look, figure, svg
from fractalgen.visualize.colouring import COLUMN_HUES
from fractalgen.visualize.families import FAMILIES
from fractalgen.visualize.plots import HUES
from fractalgen.visualize.render_svg import INK, fill_of


def coloured(graph, colour):
    seconds = {i: 1e-6 * (i + 1) for i in range(len(graph.nodes))}
    return figure(graph, Look(colour=colour, seconds=seconds))


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_has_a_legend_for_what_is_shown(fractal, colour):
    picture = coloured(fractal(3), colour)
    assert [swatch.paint for swatch in picture.legend] == [
        n for n in picture.paints if n in {b.colour for b in picture.boxes}
    ]
    titles = {picture.paints[swatch.paint].title for swatch in picture.legend}
    assert titles <= {text.text for text in picture.texts}
    assert f".fg-{picture.boxes[1].colour}{{" in svg(picture)


def test_columns_have_colours_of_their_own_and_bars_that_of_several(fractal):
    picture = coloured(fractal(3), "column")
    for box in picture.boxes:
        if box.cell.family == "conv":
            assert box.colour == f"column-{box.columns[1]}"
        if box.cell.is_bar:
            assert box.colour == "shared"


@pytest.mark.parametrize(("colour", "field"), [("parameters", "parameters"), ("macs", "macs")])
def test_boxes_that_cost_more_are_darker(drawn, colour, field):
    graph = drawn("{sequence: [{conv: {out: 2}}, {conv: {out: 20}}, {conv: {out: 200}}, relu, max_pool]}")
    picture = coloured(graph, colour)
    costs = [getattr(cost, field) for cost in Costs(graph).each(range(len(graph.nodes)))]
    sums = [
        (sum(costs[i] for i in box.cell.nodes), picture.paints[box.colour].strength)
        for box in picture.boxes
        if box.cell.nodes
    ]
    assert [strength for _, strength in sorted(sums)] == sorted(strength for _, strength in sums)
    assert len({strength for _, strength in sums}) >= 3


def test_a_shade_says_from_where_to_where_it_reaches(drawn):
    picture = coloured(drawn("{sequence: [{conv: {out: 2}}, {conv: {out: 200}}]}"), "parameters")
    assert {"54 parameters", "3.6k parameters"} <= {text.text for text in picture.texts}


def test_what_costs_nothing_is_plain(drawn):
    picture = coloured(drawn("{sequence: [conv, max_pool]}"), "parameters")
    pool = next(box for box in picture.boxes if box.cell.family == "pool")
    assert picture.paints[pool.colour].title == "nothing"


def test_times_are_those_given(drawn):
    graph = drawn("{sequence: [conv, conv]}")
    texts = {text.text for text in figure(graph, Look(colour="time", seconds={1: 2e-3, 2: 5e-6})).texts}
    assert {"2 ms", "5 µs"} <= texts


def test_times_that_were_not_measured_are_an_error(fractal):
    with pytest.raises(ExportError, match="no times were measured"):
        figure(fractal(2), Look(colour="time"))


def test_amounts_need_shapes(random_graph):
    with pytest.raises(ExportError, match="macs are known only once shapes are"):
        figure(random_graph(1), Look(colour="macs"))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_text_can_be_read_on_every_colour(fractal, colour, dark):
    # 4.5 is what WCAG 2 asks of text.
    for name, paint in {**FAMILIES, **coloured(fractal(6), colour).paints}.items():
        assert contrast(INK[dark], fill_of(paint, dark=dark)) >= 4.5, name


def seen(colour, kind):
    """What an eye without one kind of cones sees (Machado, Oliveira and Fernandes, 2009)."""
    matrix = {
        "protanopia": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deuteranopia": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritanopia": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }[kind]
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [sum(weight * part for weight, part in zip(row, parts, strict=True)) for row in matrix]


@pytest.mark.parametrize("kind", ["protanopia", "deuteranopia", "tritanopia"])
@pytest.mark.parametrize("hues", [HUES, COLUMN_HUES], ids=["plots", "columns"])
def test_no_two_hues_look_alike_to_any_reader(kind, hues):
    for one, other in itertools.combinations(hues, 2):
        assert sum((a - b) ** 2 for a, b in zip(seen(one, kind), seen(other, kind), strict=True)) ** 0.5 > 0.1, (
            one,
            other,
        )
