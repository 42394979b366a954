from __future__ import annotations

import random

import pytest
from scipy.stats import kendalltau

from fractalgen.search.ranking.kendall import kendall_tau


@pytest.mark.parametrize("levels", [3, 10, 1000])
def test_tau_is_that_of_scipy(levels):
    draw = random.Random(levels)
    for _ in range(20):
        one, other = ([draw.randrange(levels) for _ in range(12)] for _ in range(2))
        assert kendall_tau(one, other) == pytest.approx(kendalltau(one, other).statistic)


def test_one_order_is_one_and_the_reverse_is_minus_one():
    assert kendall_tau([1, 2, 3], [0.1, 0.5, 0.7]) == 1
    assert kendall_tau([1, 2, 3], [0.7, 0.5, 0.1]) == -1


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 1.0]])
def test_there_is_no_tau_without_an_order(values):
    assert kendall_tau(values, values) is None
