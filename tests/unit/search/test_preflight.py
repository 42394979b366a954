from __future__ import annotations

import pytest

from fractalgen.errors import SearchError
from fractalgen.search.constraints import read_constraints
from fractalgen.search.preflight import check_objectives, check_space, choose_executor, choose_sampler
from fractalgen.search.run_folder import RunFolder
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Objective

SPACE = Space((Hole("width", "int", 1, 8),), 8)
ENDLESS = Space((Hole("rate", "float", 0.0, 1.0),), None)


def test_an_empty_space_is_refused():
    with pytest.raises(SearchError, match="'net' has no holes, so there is nothing to search"):
        check_space(Space(), "net")


def test_an_objective_that_no_run_reports_is_refused_with_a_suggestion():
    with pytest.raises(SearchError, match=r"no run reports the objective 'val_acuracy'\. Did you mean 'val_accuracy'"):
        check_objectives((Objective(metric="val_acuracy"),), ("val_accuracy",))


def test_an_unknown_sampler_is_refused():
    with pytest.raises(SearchError, match=r"unknown sampler 'tpee'\. Did you mean 'tpe'"):
        choose_sampler({"tpee": {}}, SPACE)


def test_an_unknown_option_of_a_sampler_is_refused_with_those_it_has():
    with pytest.raises(SearchError, match="sampler 'tpe' has no option 'start'; it has: startup, candidates"):
        choose_sampler({"tpe": {"start": 3}}, SPACE)


def test_an_option_out_of_range_is_refused():
    with pytest.raises(SearchError, match=r"option 'startup' of sampler 'tpe': .*found 0"):
        choose_sampler({"tpe": {"startup": 0}}, SPACE)


def test_a_grid_over_a_continuous_hole_is_refused():
    with pytest.raises(SearchError, match="the hole 'rate' is continuous"):
        choose_sampler({"grid": {}}, ENDLESS)


def test_an_unknown_executor_is_refused():
    with pytest.raises(SearchError, match="unknown executor 'slurm'"):
        choose_executor("slurm", None, 2)


def test_more_workers_than_cores_are_refused_with_what_there_is():
    with pytest.raises(SearchError, match="64 workers were asked for, and there are 2 cores"):
        choose_executor("ray", 64, 2)


def test_several_workers_inline_are_refused():
    with pytest.raises(SearchError, match="inline runs one trial at a time"):
        choose_executor("inline", 2, 2)


@pytest.mark.parametrize("text", ["5e6", "< many", "!= 5", "< ", "< ."])
def test_a_constraint_that_is_no_comparison_is_refused(text):
    with pytest.raises(SearchError, match=r"the constraint on 'macs' is .* Write it as '< 5e6'"):
        read_constraints({"macs": text}, ("macs",))


def test_a_constraint_on_an_unknown_figure_is_refused():
    with pytest.raises(SearchError, match="unknown figure 'weights' in constraints"):
        read_constraints({"weights": "< 5"}, ("macs",))


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [
        ("< 5", 5, False),
        ("<= 5", 5, True),
        ("> 5e0", 5, False),
        (">= 5", 5, True),
        ("< 5", 4.9, True),
        (">5", 4, False),
    ],
)
def test_a_constraint_holds_or_not(text, value, kept):
    (bound,) = read_constraints({"macs": text}, ("macs",))
    assert (bound.violation({"macs": value}) <= 0) is kept


def test_a_file_in_the_place_of_the_run_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(SearchError, match="is not a folder"):
        RunFolder(tmp_path / "run" / "inner").check()


def test_two_searches_in_one_folder_are_refused(tmp_path):
    folder = RunFolder(tmp_path)
    with folder.owned(), pytest.raises(SearchError, match="another search runs in"), folder.owned():
        pass
