"""The genetic algorithm over whole numbers."""

from __future__ import annotations

import random
from collections import Counter

import optuna
import pytest

from fractalgen.errors import Place, SearchError, SpecError
from fractalgen.search.check_names import read_sampler
from fractalgen.search.preflight import check_sampler
from fractalgen.search.samplers._genes import breed, neighbour, node_of
from fractalgen.search.samplers._population import archive
from fractalgen.search.samplers.genetic import Genetic
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.tree import tree_of

NODES = [f"rules.{cell}.body.graph.nodes.{node}" for cell in ("normal", "reduced") for node in ("n1", "n2", "n3")]
CELLS = Space(
    tuple(Hole(f"{node}.{gene}", "choice", 0, 4, labels=tuple("abcde")) for node in NODES for gene in ("from", "of")),
    5**12,
)


def everywhere(value):
    return {hole.name: value for hole in CELLS.holes}


def children(parents, mutation, count, space=CELLS):
    draw = random.Random(0)
    return [breed(space, parents, mutation, draw) for _ in range(count)]


def test_the_genes_of_one_node_come_from_one_parent():
    found = children([everywhere(0), everywhere(1)], 0.0, 200)
    for child in found:
        for node in NODES:
            assert len({value for name, value in child.items() if name.startswith(f"{node}.")}) == 1
    mixed = [child for child in found if len(set(child.values())) == 2]
    assert len(mixed) > 80, "half of the pairs are one and the same parent"


def test_a_hole_inside_a_nested_graph_belongs_to_the_innermost_node():
    name = "network.body.graph.nodes.a.of.graph.nodes.b.of.conv.out"
    assert node_of(Hole(name, "int", 1, 4)) == "network.body.graph.nodes.a.of.graph.nodes.b"
    assert node_of(Hole("network.body.conv.out", "int", 1, 4)) == "network.body.conv.out"


def test_two_percent_of_the_genes_move_by_one():
    found = children([everywhere(2)], 0.02, 2000)
    moved = Counter(value for child in found for value in child.values())
    assert set(moved) == {1, 2, 3}
    assert moved[1] + moved[3] == pytest.approx(0.02 * 12 * 2000, rel=0.2)
    assert moved[1] == pytest.approx(moved[3], rel=0.3)


def test_behind_the_last_value_comes_the_first():
    hole = Hole("x", "int", 4, 12, step=4)
    assert [neighbour(hole, value, 1) for value in (4, 8, 12)] == [8, 12, 4]
    assert [neighbour(hole, value, -1) for value in (4, 8, 12)] == [12, 4, 8]


def test_a_moved_choice_has_the_holes_of_its_alternative():
    kind = Hole("kind", "choice", 0, 1, labels=("plain", "fractal"))
    columns = Hole("kind.columns", "int", 1, 4, under=(("kind", (1,)),))
    for child in children([{"kind": 0}], 1.0, 20, Space((kind, columns), 5)):
        assert child.keys() == {"kind", "kind.columns"}


def test_the_archive_holds_the_best_of_the_trials_before_a_generation():
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    for score in (0.1, 0.9, 0.5, 0.9, 0.7, 1.0):
        trial = study.ask()
        trial.suggest_float("score", score, score)
        study.tell(trial, score)
    assert [each.costs for each in archive(study, 3, before=5)] == [(-0.9,), (-0.9,), (-0.7,)]


def test_children_are_of_the_best_of_the_first_generation(bench):
    bench.search = bench.search.model_copy(
        update={
            "sampler": {"genetic": {"archive": 2, "generation": 8, "mutation": 0.0}},
            "objectives": bench.search.objectives[:1],
        }
    )
    rows = bench.run(16).trials
    first = sorted((row for row in rows[:8] if row.complete), key=lambda row: -row.values["val_accuracy"])
    widths = {row.params["body.width"] for row in first[:2]}
    near = sum(row.params["body.width"] in widths for row in rows[8:])
    assert near >= 4, "the others stepped aside from points that were asked for before"


def test_a_continuous_hole_has_no_next_value():
    with pytest.raises(SearchError, match=r"the hole 'lr' is continuous and has no next value. Use random or tpe"):
        check_sampler(Genetic(), Space((Hole("lr", "float", 0.1, 0.2),), None))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"archive": 0}, r"must be at least 1, found 0"),
        ({"generation": "many"}, r"must be a whole number, found 'many'"),
        ({"mutation": 1.5}, r"must be at most 1, found 1.5"),
        ({"mutations": 0.1}, r"unknown key 'mutations'. Did you mean 'mutation'"),
    ],
)
def test_options_that_cannot_be_are_refused(options, message):
    with pytest.raises(SpecError, match=message):
        read_sampler(tree_of({"genetic": options}, Place()))
