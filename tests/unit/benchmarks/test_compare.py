"""Searches in a table, and what is measured on them."""

import json
import math
from dataclasses import replace

import pytest

from benchmarks.fractalbench import load
from benchmarks.fractalbench.compare import result, run
from benchmarks.fractalbench.figures import PRUNERS, SAMPLERS, TWO_OBJECTIVES, Figures
from benchmarks.fractalbench.measures import FrontMeter, accuracy, epochs_to, reaches, regret, regret_on_test
from benchmarks.fractalbench.picture import picture
from benchmarks.fractalbench.searches import Case, Search, Trial, read_search, search
from benchmarks.fractalbench.tables import tables


@pytest.fixture(scope="module")
def table(made_up):
    return load(made_up, with_test=True)


@pytest.fixture(scope="module")
def ranked(table):
    """Fingerprints, the best first."""
    return sorted(table.architectures, key=lambda name: -accuracy(table.find(name), 0))


def searched(names, objectives=1, pruner="", sampler="random"):
    trials = tuple(Trial(name, True, 8) for name in names)
    return Search(Case(sampler, len(trials), objectives, pruner), 0, 0, trials)


def test_a_search_reads_the_table_and_trains_nothing(made_up, table, tmp_path):
    found = search(Case("random", 6), 3, 1, tmp_path, made_up)
    assert [trial.epochs for trial in found.trials if trial.epochs] == [8] * len({t.fingerprint for t in found.trials})
    board = json.loads((tmp_path / "leaderboard.json").read_text())
    for row in board["trials"]:
        assert row["values"]["val_accuracy"] == accuracy(table.find(row["fingerprint"]), 1)
    best = board["best"]
    assert best["test_accuracy"] == table.find(best["fingerprint"]).trainings[1][-1].test_accuracy


def test_a_pruned_search_costs_fewer_epochs_and_stops_only_between_them(made_up, tmp_path):
    found = search(Case("random", 15, 2, PRUNERS[0]), 0, 0, tmp_path, made_up)
    stopped = [trial.epochs for trial in found.trials if not trial.complete and trial.epochs]
    assert stopped
    assert set(stopped) <= {1, 3}


def test_a_search_survives_its_line(made_up, tmp_path):
    found = search(Case("random", 3), 0, 0, tmp_path, made_up)
    assert read_search(json.dumps(found.as_dict())) == found


def test_regret_is_the_distance_to_the_best_training_and_never_rises(table, ranked):
    found = regret(searched([ranked[40], ranked[60], ranked[1], ranked[0]]), table)
    top = accuracy(table.find(ranked[0]), 0)
    far = top - accuracy(table.find(ranked[40]), 0)
    assert found == pytest.approx([far, far, top - accuracy(table.find(ranked[1]), 0), 0.0])
    assert reaches(found, far) == 1
    assert reaches(found, 0.0) == 4
    assert reaches(found[:3], 0.0) is None


def test_regret_on_the_test_images_is_of_the_network_chosen_by_validation(table, ranked):
    means = {name: known.mean("test_accuracy") for name, known in table.architectures.items()}
    found = regret_on_test(searched([ranked[5], ranked[0]]), table)
    assert found == pytest.approx([max(means.values()) - means[name] for name in (ranked[5], ranked[0])])


def test_networks_that_were_stopped_are_in_no_front(table, ranked):
    meter = FrontMeter(table)
    stopped = Search(Case("random", 2), 0, 0, (Trial(ranked[0], False, 2), Trial(ranked[50], True, 8)))
    along = meter.along(stopped)
    assert along == [(2, 0.0), (10, meter.of([ranked[50]], 0))]
    assert epochs_to(along, along[-1][1]) == 10
    assert epochs_to(along, math.inf) is None


def test_a_front_is_worth_what_its_networks_dominate(table, ranked):
    known = table.find(ranked[10])
    most = 1.01 * max(each.figures["parameters"] for each in table.architectures.values())
    expected = (accuracy(known, 0) - 0.1) * (most - known.figures["parameters"])
    assert FrontMeter(table).of([ranked[10]], 0) == pytest.approx(expected)


def test_a_comparison_goes_on_where_it_was_stopped(made_up, table, tmp_path):
    lines = tmp_path / "searches.jsonl"
    wanted = [Case("random", 3), Case("random", 3, 2)]
    first = run(wanted, 1, table, made_up, lines)
    before = lines.read_text()
    again = run(wanted, 2, table, made_up, lines)
    assert [again[0], again[2]] == first
    assert lines.read_text().startswith(before)
    assert len(lines.read_text().splitlines()) == 4


@pytest.fixture(scope="module")
def figures(table, ranked):
    """Random search comes to the tenth best, the others to the best at once; pruning stops every second network."""
    one = [searched(ranked[30:9:-1] if name == "random" else ranked[:21], sampler=name) for name in SAMPLERS]
    two = [searched(ranked[:21], 2, sampler=name) for name in TWO_OBJECTIVES]
    halved = tuple(Trial(name, i % 2 == 0, 8 if i % 2 == 0 else 2) for i, name in enumerate(ranked[:21]))
    pruned = [Search(replace(each.case, pruner=PRUNERS[0]), 0, 0, halved) for each in two]
    return Figures([*one, *one, *two, *two, *pruned, *pruned], table)


def test_samplers_are_held_against_the_end_of_random_search(figures, table, ranked):
    regrets = figures.regrets
    assert regrets.goal == pytest.approx(accuracy(table.find(ranked[0]), 0) - accuracy(table.find(ranked[10]), 0))
    assert regrets.trials_to_goal == {"random": 21, "tpe": 1, "evolution": 1, "nsga2": 1}
    assert regrets.reached == dict.fromkeys(SAMPLERS, 2)


def test_pruning_is_held_against_the_same_search_without_it(figures):
    assert {(front.sampler, front.parameters) for front in figures.fronts} == {
        (name, scale) for name in TWO_OBJECTIVES for scale in ("plain", "log")
    }
    for front in figures.fronts:
        assert front.epochs.median == pytest.approx((11 * 8 + 10 * 2) / (21 * 8))
        assert 0 < front.hypervolume.median <= 1


def test_figures_become_json_a_picture_and_tables(figures, table):
    plain = json.loads(json.dumps(result(figures, table), allow_nan=False))
    assert plain["regret"]["validation"].keys() == set(SAMPLERS)
    assert len(plain["fronts"]) == 2 * len(TWO_OBJECTIVES)
    assert all(name in picture(figures.regrets) for name in SAMPLERS)
    first, second = (part.splitlines() for part in tables(figures).split("\n\n"))
    assert len(first) == 2 + 2 * len(SAMPLERS)
    assert len(second) == 2 + len(figures.fronts)
    assert all(len({line.count("|") for line in part}) == 1 for part in (first, second))
