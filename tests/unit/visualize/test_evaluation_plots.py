"""Plots of an evaluation: structure, and nothing that a name can do to them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from fractalgen.visualize import Axis
from fractalgen.visualize.heat_map import heat_map
from fractalgen.visualize.plots import HEIGHT, WIDTH
from fractalgen.visualize.reliability import Bar, reliability
from fractalgen.visualize.tracks import Stop, Track, tracks

NASTY = "</text><script>alert(1)</script>\"'&" + "long" * 50


def elements(text, tag):
    return [each for each in ElementTree.fromstring(text).iter() if each.tag.endswith("}" + tag)]  # noqa: S314 - ours


def texts(text):
    return [each.text for each in elements(text, "text")]


def track(*places, name="raw"):
    return Track(name, tuple(Stop(x, y, f"p{index}") for index, (x, y) in enumerate(places)))


def test_every_point_of_a_track_is_a_dot_inside_the_plot_and_each_name_stands_once_above_the_highest():
    text = tracks(
        [track((1e5, 50), (1e6, 80)), track((1e5, 40), (1e6, 70), name="again")], Axis("MACs", log=True), Axis("%")
    )
    dots = elements(text, "circle")
    assert len(dots) == 4 + 2
    assert all(0 < float(dot.get("cx")) < WIDTH and 0 < float(dot.get("cy")) < HEIGHT for dot in dots)
    (name,) = (each for each in elements(text, "text") if each.text == "p0")
    assert float(name.get("y")) < min(float(dot.get("cy")) for dot in (dots[0], dots[3]))
    assert {"raw", "again"} <= set(texts(text))


def test_one_point_is_a_track_too():
    assert len(elements(tracks([track((5, 5))], Axis("x"), Axis("y")), "circle")) == 2


def test_bars_reach_up_to_their_accuracy_and_empty_ones_are_left_out():
    low, high = Bar(0.4, 0.5, 10, 0.25), Bar(0.9, 1.0, 30, 1.0)
    first, second = elements(reliability([low, Bar(0.5, 0.6, 0, 0.0), high]), "rect")
    assert float(second.get("height")) == pytest.approx(4 * float(first.get("height")))
    assert float(second.get("fill-opacity")) > float(first.get("fill-opacity"))
    assert float(first.get("x")) < float(second.get("x"))


def test_a_bar_on_the_dashed_line_ends_where_the_line_is():
    (bar,) = elements(reliability([Bar(0.5, 1.0, 1, 0.75)]), "rect")
    line = next(each.get("d") for each in elements(reliability([]), "path") if each.get("stroke-dasharray"))
    (x0, y0), (x1, y1) = (map(float, end.split()) for end in line[1:].split("L"))
    middle = float(bar.get("x")) + float(bar.get("width")) / 2
    assert float(bar.get("y")) == pytest.approx(y0 + (y1 - y0) * (middle - x0) / (x1 - x0), abs=0.1)


def test_a_cell_is_as_strong_as_its_share_of_the_row_and_nothing_is_left_out():
    text = heat_map([[3, 1], [0, 4]], ["cat", "owl"], "is", "says")
    *cells, frame = elements(text, "rect")
    assert [cell.get("fill-opacity") for cell in cells] == ["0.750", "0.250", "1.000"]
    assert frame.get("fill") == "none"
    assert [cell for cell in texts(text) if cell.isdigit()] == ["3", "1", "4"]
    assert [title.text for title in elements(text, "title")][1] == "cat as cat: 3 of 4"


def test_names_and_counts_stand_where_there_is_room():
    for count, named, counted in ((16, True, True), (40, True, False), (41, False, False)):
        rows = [[7 * (i == j) for j in range(count)] for i in range(count)]
        found = texts(heat_map(rows, [f"c{i}" for i in range(count)], "is", "says"))
        assert ("c0" in found, "7" in found) == (named, counted)


def test_names_stay_text_and_short():
    text = heat_map([[1]], [NASTY], NASTY, "says")
    assert elements(text, "script") == []
    assert max(len(each) for each in texts(text)[1:2]) < 40
    text = tracks([track((1, 1), name=NASTY)], Axis(NASTY), Axis("y"))
    assert elements(text, "script") == []
