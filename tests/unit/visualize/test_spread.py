from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fractalgen.visualize.spread import spread

ROWS = st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 90), st.floats(0.5, 4)), min_size=1, max_size=12)


@given(ROWS)
def test_neighbours_keep_their_order_and_their_distance(row):
    wishes, widths, weights = zip(*row, strict=True)
    centres = spread(wishes, widths, weights, 10)
    for (left, wide), (right, broad) in pairwise(zip(centres, widths, strict=True)):
        assert right - left >= (wide + broad) / 2 + 10 - 1e-6


def test_what_does_not_clash_gets_its_wish():
    assert spread([0, 100, 250], [10, 10, 10], [1, 1, 1], 5) == pytest.approx([0, 100, 250])


def test_what_clashes_meets_in_the_middle():
    assert spread([50, 50], [10, 10], [1, 1], 10) == pytest.approx([40, 60])


def test_an_empty_row_stays_empty():
    assert spread([], [], [], 10) == []


def test_lists_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        spread([0, 100], [10, 10], [1], 5)
