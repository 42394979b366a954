from __future__ import annotations

import pytest

from fractalgen.errors import Place, SearchError
from fractalgen.search.constraints import read_constraint
from fractalgen.search.preflight import check_sampler, check_space, choose_executor
from fractalgen.search.run_folder import RunFolder
from fractalgen.search.samplers.grid import Grid
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.tree import tree_of

ENDLESS = Space((Hole("rate", "float", 0.0, 1.0),), None)


def test_an_empty_space_is_refused():
    with pytest.raises(SearchError, match="'net' has no holes, so there is nothing to search"):
        check_space(Space(), "net")


def test_a_grid_over_a_continuous_hole_is_refused():
    with pytest.raises(SearchError, match="the hole 'rate' is continuous"):
        check_sampler(Grid(), ENDLESS)


def test_an_unknown_executor_is_refused():
    with pytest.raises(SearchError, match="unknown executor 'slurm'"):
        choose_executor("slurm", None, 2)


def test_more_workers_than_cores_are_refused_with_what_there_is():
    with pytest.raises(SearchError, match="64 workers were asked for, and there are 2 cores"):
        choose_executor("ray", 64, 2)


def test_several_workers_inline_are_refused():
    with pytest.raises(SearchError, match="inline runs one trial at a time"):
        choose_executor("inline", 2, 2)


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
    bound = read_constraint("macs", tree_of(text, Place()))
    assert (bound.violation({"macs": value}) <= 0) is kept


def test_a_file_in_the_place_of_the_run_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(SearchError, match="is not a folder"):
        RunFolder(tmp_path / "run" / "inner").check()


def test_two_searches_in_one_folder_are_refused(tmp_path):
    folder = RunFolder(tmp_path)
    with folder.owned(), pytest.raises(SearchError, match="another search runs in"), folder.owned():
        pass
