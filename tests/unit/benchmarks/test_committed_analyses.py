"""What the committed table of analyses says, three seeds of each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "analyses.json"


@pytest.fixture(scope="module")
def runs():
    return {name: record["runs"] for name, record in json.loads(RESULTS.read_text()).items()}


def errors(run, kind="trained"):
    return [row["error"] for row in run[kind]["rows"]]


NAMES = {
    "linear_probes",
    "linear_probes_fractal",
    "linear_probes_bypassed",
    "massive_activations",
    "massive_activations_planted",
}


def test_there_are_three_seeds_of_each(runs):
    assert set(runs) == NAMES
    assert all([run["seed"] for run in each] == [0, 1, 2] for each in runs.values())


def test_the_error_falls_with_depth_where_a_network_is_trained_and_not_in_its_control(runs):
    for run in runs["linear_probes"]:
        assert run["trained"]["figures"]["spearman"] <= -0.9
        assert run["control"]["figures"]["spearman"] > 0


def test_the_columns_of_a_fractal_are_ordered_by_depth(runs):
    for run in runs["linear_probes_fractal"]:
        assert [row["depth"] for row in run["trained"]["rows"]] == [1, 3, 4]
        assert errors(run) == sorted(errors(run), reverse=True)


def test_a_bypassed_half_lowers_nothing_and_the_other_half_does(runs):
    for run in runs["linear_probes_bypassed"]:
        found = errors(run)
        first, second = found[: len(found) // 2], found[len(found) // 2 :]
        assert first[-1] > 0.75 * first[0]
        assert second[-1] < 0.5 * second[0]


def test_a_small_transformer_has_no_massive_activation(runs):
    for run in runs["massive_activations"]:
        assert [row["massive"] for row in run["trained"]["rows"]] == [0] * 6


def test_a_massive_activation_that_was_trained_with_is_a_bias(runs):
    for run in runs["massive_activations_planted"]:
        first = run["trained"]["rows"][0]
        assert (first["massive"], first["samples"], first["channels"]) == (287, 287, [5])
        assert first["zeroed"] > 1.05 * first["loss"]
        assert first["averaged"] == pytest.approx(first["loss"], abs=1e-4)
