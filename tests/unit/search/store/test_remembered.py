from __future__ import annotations

import pytest

from fractalgen.errors import GraphError
from fractalgen.search.candidate import Candidate, remembered


def test_a_point_is_made_once_and_an_error_is_raised_each_time():
    asked = []

    def make(point):
        asked.append(point["width"])
        if point["width"] == 0:
            raise GraphError("branches do not fit")
        return Candidate("", "", str(point["width"]), {})

    recall = remembered(make)
    assert recall({"width": 3, "depth": 1}) is recall({"depth": 1, "width": 3})
    for _ in range(2):
        with pytest.raises(GraphError, match="branches do not fit"):
            recall({"width": 0})
    assert asked == [3, 0]


def test_points_of_long_ago_are_forgotten():
    asked = []
    recall = remembered(lambda point: asked.append(point["width"]) or Candidate("", "", "", {}))
    for width in range(5000):
        recall({"width": width})
    recall({"width": 4999})
    recall({"width": 0})
    assert len(asked) == 5001
