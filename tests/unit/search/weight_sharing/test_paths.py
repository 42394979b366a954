from __future__ import annotations

import pytest

from fractalgen.errors import GraphError, SearchError
from fractalgen.search.candidate import Candidate
from fractalgen.search.constraints import Constraint
from fractalgen.search.weight_sharing.paths import Paths
from fractalgen.spec.holes import Hole, Space

SPACE = Space((Hole("kind", "choice", 0, 2, labels=("a", "b", "broken")), Hole("width", "int", 1, 4)), 12)


def realize(values):
    if values["kind"] == 2:
        raise GraphError("branches do not fit")
    return Candidate(f"{values['kind']} {values['width']}", "", "", {"parameters": values["width"]})


def test_the_network_of_a_step_follows_from_the_seed_and_the_step():
    one, other = Paths(SPACE, realize, (), 0), Paths(SPACE, realize, (), 0)
    drawn = [one.at(step) for step in range(50)]
    assert drawn == [other.at(step) for step in reversed(range(50))][::-1]
    assert drawn != [Paths(SPACE, realize, (), 1).at(step) for step in range(50)]


def test_every_valid_point_is_drawn_about_as_often():
    paths = Paths(SPACE, realize, (), 0)
    drawn = [paths.at(step) for step in range(1600)]
    counts = {text: drawn.count(text) for text in set(drawn)}
    assert len(counts) == 8
    assert all(150 < count < 250 for count in counts.values())


def test_what_breaks_a_constraint_is_not_trained():
    paths = Paths(SPACE, realize, (Constraint("parameters", "<", 3.0),), 0)
    assert {paths.at(step) for step in range(100)} == {"0 1", "0 2", "1 1", "1 2"}


def test_a_space_with_no_valid_point_is_refused():
    paths = Paths(SPACE, realize, (Constraint("parameters", ">", 9.0),), 0)
    with pytest.raises(SearchError, match=r"none of 1,000 points drawn for the shared weights can be trained"):
        paths.at(0)
