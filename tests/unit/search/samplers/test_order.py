"""Samplers that find their points before the first trial and go by a figure of the graph."""

from __future__ import annotations

import optuna
import pytest

from fractalgen.errors import GraphError, ParameterError, Place, SearchError
from fractalgen.search.candidate import Candidate
from fractalgen.search.check_names import read_sampler
from fractalgen.search.constraints import Constraint
from fractalgen.search.points import point
from fractalgen.search.preflight import check_sampler
from fractalgen.search.samplers import Survey
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.tree import tree_of

SPACE = Space((Hole("kind", "choice", 0, 2, labels=("a", "twin of a", "broken")), Hole("width", "int", 1, 9)), 27)


def realize(values):
    if values["kind"] == 2:
        raise GraphError("branches do not fit")
    macs = (values["width"] * 7) % 10
    return Candidate("", "", f"width {values['width']}", {"macs": macs, "parameters": values["width"]})


def prepared(sampler, trials=30, seed=0, space=SPACE, constraints=()):
    found = read_sampler(tree_of(sampler, Place()))
    check_sampler(found, space)
    return found.prepare(Survey(space, realize, trials, seed, constraints))


def points_of(sampler, trials):
    study = optuna.create_study(sampler=sampler.build(SPACE, 0))
    points = []
    for _ in range(trials):
        trial = study.ask()
        points.append(point.draw(trial, SPACE))
        trial.set_user_attr(point.KEY, points[-1])
    return points


def macs_of(points):
    return [realize(values).figures["macs"] for values in points]


@pytest.mark.parametrize("name", ["grid", "random"])
def test_networks_are_tried_each_once_from_the_least_to_the_largest(name):
    sampler = prepared({name: {"order": "macs"}})
    assert sampler.most(SPACE) == 9
    assert macs_of(points_of(sampler, 9)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_grid_in_order_takes_the_least_of_the_whole_space():
    assert macs_of(points_of(prepared({"grid": {"order": "macs"}}, trials=3), 3)) == [1, 2, 3]


def test_which_networks_random_draws_depends_on_the_seed_and_not_on_the_order():
    by_macs = points_of(prepared({"random": {"order": "macs"}}, trials=4), 4)
    by_parameters = points_of(prepared({"random": {"order": "parameters"}}, trials=4), 4)
    others = points_of(prepared({"random": {"order": "macs"}}, trials=4, seed=1), 4)
    assert sorted(macs_of(by_macs)) == sorted(macs_of(by_parameters)) != sorted(macs_of(others))
    assert macs_of(by_macs) == sorted(macs_of(by_macs))


@pytest.mark.parametrize("name", ["grid", "random"])
def test_what_breaks_a_constraint_is_passed_over(name):
    sampler = prepared({name: {"order": "macs"}}, constraints=(Constraint("parameters", "<", 4.0),))
    assert {values["width"] for values in points_of(sampler, sampler.most(SPACE))} == {1, 2, 3}


def test_a_longer_list_goes_on_with_the_points_that_no_trial_had():
    study = optuna.create_study()
    asked = []
    for trials in (4, 9):
        study.sampler = prepared({"random": {"order": "macs"}}, trials=trials).build(SPACE, 0)
        while len(asked) < trials:
            trial = study.ask()
            asked.append(point.draw(trial, SPACE))
            trial.set_user_attr(point.KEY, asked[-1])
    assert sorted(macs_of(asked)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_random_in_order_needs_to_know_how_many_it_draws():
    with pytest.raises(SearchError, match=r"random draws all trials beforehand, and the search has no number of them"):
        prepared({"random": {"order": "macs"}}, trials=0)


def test_a_grid_in_order_of_too_many_points_is_refused():
    space = Space(SPACE.holes, 3_000_000)
    with pytest.raises(SearchError, match=r"to go by macs a grid looks at every point, and of 3,000,000 that would"):
        prepared({"grid": {"order": "macs"}}, space=space)


@pytest.mark.parametrize(
    ("order", "message"),
    [("mac", r"must be one of parameters, macs, .*found 'mac'. Did you mean 'macs'"), (3, r"found 3")],
)
def test_an_order_by_what_no_graph_has_is_refused(order, message):
    with pytest.raises(ParameterError, match=message):
        read_sampler(tree_of({"random": {"order": order}}, Place()))
