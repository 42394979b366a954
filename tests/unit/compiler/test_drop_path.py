"""Frequencies of drops against exact probabilities (arXiv 1605.07648, section 3)."""

import itertools
import math
from collections import Counter

from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text

DRAWS = 20_000
SPEC = "network: {input: [3, 8, 8], body: {fractal: {columns: 3, unit: conv}}}"


def sampler(rate, share, seed=0):
    return DropPathSampler(expand(load_text(SPEC)), DropPath(rate=rate, **{"global": share}), seed)


def close(count, probability, draws=DRAWS):
    """Within five standard deviations of a binomial."""
    return abs(count - draws * probability) <= 5 * math.sqrt(draws * probability * (1 - probability)) + 1


def test_local_patterns_have_exact_frequencies_and_never_lose_every_input():
    rate = 0.4
    drawn = sampler(rate, 0.0)
    join = max(index for index, kept in drawn.sample()[1].items())
    counts = Counter(drawn.sample()[1][join] for _ in range(DRAWS))
    total = 0.0
    for size in (1, 2, 3):
        for kept in itertools.combinations(range(3), size):
            probability = (1 - rate) ** size * rate ** (3 - size)
            if size == 1:
                probability += rate**3 / 3
            total += probability
            assert close(counts[kept], probability), kept
    assert math.isclose(total, 1)
    assert () not in counts


def test_joins_drop_independently():
    drawn = sampler(0.4, 0.0)
    a, b = sorted(drawn.sample()[1])
    pairs = Counter((p[a] == (0,), p[b] == (0,)) for p in (drawn.sample()[1] for _ in range(DRAWS)))
    one, two = 0.6 * 0.4 + 0.4**2 / 2, 0.6 * 0.4**2 + 0.4**3 / 3
    assert close(pairs[True, True], one * two)


def test_columns_are_chosen_uniformly_and_with_the_asked_share():
    drawn = sampler(0.15, 0.5)
    modes = Counter(drawn.sample()[0] for _ in range(DRAWS))
    nothing = 0.85**2 * 0.85**3
    assert close(modes["local"], 0.5 * (1 - nothing))
    assert close(modes["full"], 0.5 * nothing)
    for column in (1, 2, 3):
        assert close(modes[f"column {column}"], 0.5 / 3)


def test_without_a_rate_nothing_is_dropped():
    assert not sampler(0.0, 0.0).active
    assert all(len(kept) == 3 or len(kept) == 2 for kept in sampler(0.0, 0.0).sample()[1].values())
