"""Frequencies of drops against exact probabilities (arXiv 1605.07648, section 3)."""

import itertools
import math
from collections import Counter

import pytest

from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text

DRAWS = 20_000
SPEC = "network: {input: [3, 8, 8], body: {fractal: {columns: 3, unit: conv}}}"


def sampler(rate, share, seed=0, **more):
    return DropPathSampler(expand(load_text(SPEC)), DropPath(rate=rate, **{"global": share}, **more), seed)


def close(count, probability, draws=DRAWS):
    """Within five standard deviations of a binomial."""
    return abs(count - draws * probability) <= 5 * math.sqrt(draws * probability * (1 - probability)) + 1


def test_local_patterns_have_exact_frequencies_and_never_lose_every_input():
    rate = 0.4
    drawn = sampler(rate, 0.0)
    join = max(index for index, kept in drawn.sample().pattern.items())
    counts = Counter(drawn.sample().pattern[join] for _ in range(DRAWS))
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
    a, b = sorted(drawn.sample().pattern)
    pairs = Counter((p[a] == (0,), p[b] == (0,)) for p in (drawn.sample().pattern for _ in range(DRAWS)))
    one, two = 0.6 * 0.4 + 0.4**2 / 2, 0.6 * 0.4**2 + 0.4**3 / 3
    assert close(pairs[True, True], one * two)


def test_columns_are_chosen_uniformly_and_with_the_asked_share():
    drawn = sampler(0.15, 0.5)
    modes = Counter(drawn.sample().mode for _ in range(DRAWS))
    nothing = 0.85**2 * 0.85**3
    assert close(modes["local"], 0.5 * (1 - nothing))
    assert close(modes["full"], 0.5 * nothing)
    for column in (1, 2, 3):
        assert close(modes[f"column {column}"], 0.5 / 3)


def test_without_a_rate_nothing_is_dropped():
    assert not sampler(0.0, 0.0).active
    assert all(len(kept) == 3 or len(kept) == 2 for kept in sampler(0.0, 0.0).sample().pattern.values())


def test_each_sample_has_a_pattern_of_its_own_with_the_same_frequencies():
    patterns = sampler(0.4, 0.25).samples(DRAWS)
    join = max(patterns[0])
    alone = 0.4**2 * 0.6 + 0.4**3 / 3
    counts = Counter(pattern[join] for pattern in patterns)
    for position in range(3):
        assert close(counts[(position,)], 0.75 * alone + 0.25 / 3)


@pytest.mark.parametrize(("schedule", "half"), [("constant", 0.4), ("linear", 0.2), ("cosine", 0.2)])
def test_schedules_grow_to_the_whole_rate(schedule, half):
    drawn = sampler(0.4, 0.0, schedule=schedule)
    rates = []
    for progress in (0.0, 0.5, 1.0, 7.0):
        drawn.progress = progress
        rates.append(drawn.rate)
    assert rates == pytest.approx([0.4 if schedule == "constant" else 0.0, half, 0.4, 0.4])


def test_the_state_keeps_generator_and_progress():
    drawn, other = sampler(0.4, 0.3, schedule="linear"), sampler(0.4, 0.3, seed=9, schedule="linear")
    drawn.progress = 0.3
    drawn.samples(3)
    other.load_state(drawn.state())
    assert other.samples(5) == drawn.samples(5)
    assert other.rate == drawn.rate
