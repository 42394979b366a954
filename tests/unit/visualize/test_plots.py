from __future__ import annotations

from math import nan
from xml.etree import ElementTree

import pytest

from fractalgen.visualize import Axis, Point, Series, curves, scatter
from fractalgen.visualize.plots import HEIGHT, WIDTH, is_wide


def parse(text):
    return ElementTree.fromstring(text)  # noqa: S314 - written here


def circles(text):
    return [element for element in parse(text).iter() if element.tag.endswith("circle")]


def test_every_point_is_a_dot_inside_the_plot():
    points = [Point(10.0**i, i / 7, str(i)) for i in range(8)]
    dots = circles(scatter(points, Axis("parameters", log=True), Axis("accuracy")))
    assert len(dots) == 8
    assert all(0 < float(dot.get("cx")) < WIDTH and 0 < float(dot.get("cy")) < HEIGHT for dot in dots)


def test_more_is_to_the_right_and_upwards():
    low, high = circles(scatter([Point(1, 1, "a"), Point(2, 2, "b")], Axis("x"), Axis("y")))
    assert float(low.get("cx")) < float(high.get("cx"))
    assert float(low.get("cy")) > float(high.get("cy"))


@pytest.mark.parametrize(("more_is_better", "first"), [(False, "H"), (True, "V")])
def test_the_front_steps_along_what_it_beats(more_is_better, first):
    points = [Point(1, 1, "a", on_front=True), Point(2, 2, "b", on_front=True)]
    text = scatter(points, Axis("x", more_is_better=more_is_better), Axis("y"))
    front = next(e for e in parse(text).iter() if e.get("class") == "front")
    assert next(letter for letter in front.get("d") if letter in "HV") == first


@pytest.mark.parametrize("log", [False, True])
def test_one_point_is_a_plot_too(log):
    assert len(circles(scatter([Point(5, 0.5, "one")], Axis("x", log), Axis("y")))) == 1


def test_titles_are_escaped():
    text = scatter([Point(1, 1, "<b>'\"&")], Axis("<i>"), Axis("&"))
    assert "<b>" not in text
    assert "<i>" not in text


def test_a_curve_leaves_out_what_is_not_finite():
    root = parse(curves([Series("loss", (1.0, nan, 0.5))], Axis("epoch"), Axis("loss")))
    way = next(e.get("d") for e in root.iter() if e.get("stroke-width") == "2")
    assert way.count("L") == 1


def test_names_of_curves_that_end_together_lie_below_one_another():
    series = [Series(name, (start, 0.5)) for name, start in (("one", 1.0), ("two", 0.8), ("three", 0.2))]
    texts = {e.text: e for e in parse(curves(series, Axis("epoch"), Axis("loss"))).iter() if e.tag.endswith("text")}
    heights = sorted(float(texts[each.name].get("y")) for each in series)
    assert heights[1] - heights[0] >= 15
    assert heights[2] - heights[1] >= 15


@pytest.mark.parametrize(("values", "wide"), [([1, 5, 20], True), ([1, 19.9], False), ([0, 100], False), ([7], False)])
def test_values_are_wide_from_a_factor_of_twenty_when_all_are_positive(values, wide):
    assert is_wide(values) is wide
