from __future__ import annotations

from dataclasses import replace

import optuna
import pytest

from fractalgen.errors import GraphError
from fractalgen.search.candidate import Candidate
from fractalgen.search.points import point
from fractalgen.search.samplers import SAMPLERS, Survey
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Search

SMALL = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 9)), 9)


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_a_sampler_fills_the_asked_number_of_trials_with_points_of_the_space(bench, name):
    bench.search = bench.search.model_copy(update={"sampler": {name: {}}})
    board = bench.run(14)
    assert len(board.trials) == 14
    for row in board.trials:
        assert ("body.columns" in row.params) == (row.params["body.kind"] == "fractal")


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_a_sampler_started_again_goes_on_as_if_it_had_not_stopped(bench, name):
    bench.search = bench.search.model_copy(update={"sampler": {name: {}}})
    other = replace(bench, folder=bench.folder.parent / "other")
    bench.run(9)
    assert [row.params for row in bench.run(16).trials] == [row.params for row in other.run(16).trials]


def test_a_grid_visits_every_point_once(bench):
    bench.search = Search(sampler="grid")
    bench.space = SMALL
    board = bench.run(9)
    assert [row.params["body.width"] for row in board.trials] == list(range(1, 10))


def test_tpe_gets_nearer_to_the_best_than_it_started(bench):
    bench.search = Search(sampler={"tpe": {"startup": 8}})
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 300)), 300)
    board = bench.run(30)
    error = [abs(row.params["body.width"] - 6) for row in board.trials]
    assert sum(error[-8:]) < sum(error[:8]) / 2


def test_a_grid_passes_over_networks_that_it_had_and_that_cannot_be_built():
    space = Space((Hole("body.kind", "choice", 0, 2, labels=("conv", "conv", "broken")), SMALL.holes[1]), 27)

    def twins(values):
        if values["body.kind"] == 2:
            raise GraphError("branches do not fit")
        return Candidate("", "", f"conv of {values['body.width']}", {})

    grid = SAMPLERS.get("grid")().prepare(Survey(space, twins, 12))
    assert grid.most(space) == 9
    assert SAMPLERS.get("grid")().prepare(Survey(space, twins, 4)).most(space) == 4
    study = optuna.create_study(sampler=grid.build(space, 0))
    points = []
    for _ in range(9):
        trial = study.ask()
        points.append(point.draw(trial, space))
        trial.set_user_attr(point.KEY, points[-1])
    assert points == [{"body.kind": 0, "body.width": width} for width in range(1, 10)]
