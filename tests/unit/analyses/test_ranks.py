"""Spearman's rank correlation."""

from __future__ import annotations

import pytest

from fractalgen.analyses.ranks import spearman


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 25, 90], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8),
        ([1, 2, 2, 3], [1, 2, 3, 4], 0.9486832980505138),
    ],
)
def test_it_is_pearsons_correlation_of_ranks(one, other, expected):
    assert spearman(one, other) == pytest.approx(expected)


@pytest.mark.parametrize("one", [[1], [], [2, 2, 2]])
def test_there_is_none_without_an_order(one):
    assert spearman(one, list(range(len(one)))) is None
