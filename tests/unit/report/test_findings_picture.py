"""Plots of findings -> pictures."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from fractalgen.analyses import Line, Plot
from fractalgen.report.findings_picture import picture


def elements(text, tag):
    return [each for each in ElementTree.fromstring(text).iter() if each.tag.endswith("}" + tag)]  # noqa: S314 - ours


def drawn(values, *, log, name="p"):
    points = tuple((float(place), value, f"{name}{place}") for place, value in enumerate(values))
    return picture(Plot("layers", "magnitude", (Line("largest", points),), log))


def test_every_point_is_a_dot_and_the_line_has_a_key():
    assert len(elements(drawn([1.0, 2.0, 4.0], log=True), "circle")) == 3 + 1


def test_what_an_axis_cannot_show_is_left_out():
    assert len(elements(drawn([0.0, 2.0, math.inf, 4.0], log=True), "circle")) == 2 + 1
    assert len(elements(drawn([0.0, math.nan, 4.0], log=False), "circle")) == 2 + 1


def test_findings_without_a_finite_value_are_axes_alone():
    assert elements(drawn([math.nan], log=True), "circle") == []


def test_names_stand_at_the_points_while_there_is_room():
    few, many = (
        [each.text for each in elements(drawn([1.0] * count, log=False, name="layer_"), "text")] for count in (5, 40)
    )
    assert "layer_3" in few
    assert "layer_3" not in many
