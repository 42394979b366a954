"""Two networks side by side."""

from __future__ import annotations

from itertools import combinations

import pytest

from fractalgen.errors import UnknownNameError
from fractalgen.visualize import before_and_after, compare, figure
from fractalgen.visualize.render_dot import dot


def paints(picture):
    return {(box.cell.lines[0], box.colour) for box in picture.boxes}


def test_equal_networks_have_everything_in_both(fractal):
    assert {box.colour for box in compare(fractal(3), fractal(3)).boxes} == {"both", "input"}


def test_what_only_one_side_has_is_marked_there(drawn):
    left = drawn("{sequence: [{conv: {out: 4}}, {conv: {out: 8}}, {conv: {out: 6}}]}")
    right = drawn("{sequence: [{conv: {out: 4}}, max_pool, {conv: {out: 6}}]}")
    found = {(line.replace("\N{MULTIPLICATION SIGN}", "x"), paint) for line, paint in paints(compare(left, right))}
    assert {("conv 3x3, 8", "left"), ("max pool 2x2", "right")} <= found
    assert {("conv 3x3, 4", "both"), ("conv 3x3, 6", "both")} <= found


def test_both_sides_are_whole_and_apart(fractal):
    left, right = figure(fractal(2)), figure(fractal(3))
    picture = compare(fractal(2), fractal(3))
    assert len(picture.boxes) == len(left.boxes) + len(right.boxes)
    assert len(picture.arrows) == len(left.arrows) + len(right.arrows)
    assert not any(one.rect.overlaps(two.rect) for one, two in combinations(picture.boxes, 2))
    assert max(box.rect.right for box in picture.boxes) < picture.width
    assert picture.height == max(left.height, right.height)


def test_arrows_still_join_their_boxes(fractal):
    picture = compare(fractal(2), fractal(3))
    for arrow in picture.arrows:
        assert picture.boxes[arrow.link.source].rect.bottom == pytest.approx(arrow.points[0][1])
        assert picture.boxes[arrow.link.target].rect.y == pytest.approx(arrow.points[-1][1])
    assert dot(picture).count("->") == len(picture.arrows)


def test_a_pass_is_shown_before_and_after(drawn):
    graph = drawn("{sequence: [conv, {dropout: {rate: 0}}, relu, relu, global_avg_pool, {linear: {out: 3}}]}", "net")
    picture = before_and_after(graph, "simplify")
    titles = {text.text for text in picture.texts}
    assert {"before simplify: net", "after simplify: net"} <= titles
    assert "left" in {box.colour for box in picture.boxes}


def test_facts_stand_for_both_sides(fractal):
    rows = dict(compare(fractal(2), fractal(3)).facts)
    assert rows["depth, left"] == "2"
    assert rows["depth, right"] == "4"


def test_an_unknown_pass_is_an_error(fractal):
    with pytest.raises(UnknownNameError, match="unknown pass 'nothing'"):
        before_and_after(fractal(1), "nothing")
