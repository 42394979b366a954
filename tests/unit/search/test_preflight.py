from __future__ import annotations

import pytest

from fractalgen.errors import Place, SearchError
from fractalgen.search.constraints import read_constraint
from fractalgen.search.executors import _base, ray
from fractalgen.search.machines.capacity import Node
from fractalgen.search.machines.placement import Placement
from fractalgen.search.preflight import check_sampler, check_space, choose_site
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.search.samplers.grid import Grid
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.resources import Resources
from fractalgen.spec.search import Search
from fractalgen.spec.tree import tree_of

ENDLESS = Space((Hole("rate", "float", 0.0, 1.0),), None)


def test_an_empty_space_is_refused():
    with pytest.raises(SearchError, match="'net' has no holes, so there is nothing to search"):
        check_space(Space(), "net")


def test_a_grid_over_a_continuous_hole_is_refused():
    with pytest.raises(SearchError, match="the hole 'rate' is continuous"):
        check_sampler(Grid(), ENDLESS)


def site(name, workers=None, address="", callbacks=(), **resources):
    placement = Placement(Resources(**resources), address=address, callbacks=callbacks)
    return choose_site(Search(resources=placement.resources), placement, name, workers)


@pytest.fixture
def box(monkeypatch):
    """A machine with 8 cores, 2 GPUs and 16 GiB."""
    monkeypatch.setattr(_base, "machine", lambda: BOX)
    monkeypatch.setattr(ray, "machine", lambda: BOX)


BOX = Node("box", {"cpus": 8.0, "gpus": 2.0, "memory": 16 * 2.0**30})


def test_an_unknown_executor_is_refused():
    with pytest.raises(SearchError, match="unknown executor 'slurm'"):
        site("slurm")


@pytest.mark.parametrize("name", ["process", "ray"])
def test_more_workers_than_cores_are_refused_with_what_there_is(name, box):
    with pytest.raises(SearchError, match="64 workers were asked for, and there are places for 8: box .8 cpus, 2 gpus"):
        site(name, 64)


def test_several_workers_inline_are_refused():
    with pytest.raises(SearchError, match="inline runs one trial at a time, and 2 workers were asked for"):
        site("inline", 2)


@pytest.mark.parametrize("name", ["inline", "process", "ray"])
@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"gpus": 3}, "a trial takes 1 cpu, 3 gpus, and no machine has that: box .8 cpus, 2 gpus, 16.0 GiB memory."),
        ({"cpus": 9}, "a trial takes 9 cpus, and no machine has that"),
        ({"memory": "17GiB"}, "a trial takes 1 cpu, 17.0 GiB memory, and no machine has that"),
    ],
)
def test_resources_that_no_machine_has_are_refused_with_what_there_is(name, resources, message, box):
    with pytest.raises(SearchError, match=message):
        site(name, **resources)


def test_a_resource_that_no_cluster_has_is_named_with_what_was_meant(box):
    with pytest.raises(SearchError, match="There is no 'gpu'. Did you mean 'gpus'"):
        site("ray", gpu=1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"slots": 0.5}, "the executor 'process' has no slots. Set executor: ray"),
        ({"address": "127.0.0.1:6379"}, "the executor 'process' has no an address. Set executor: ray"),
        ({"callbacks": (("csv", {}),)}, "the executor 'process' has no callbacks. Set executor: ray"),
    ],
)
def test_what_ray_alone_has_is_refused_elsewhere(asked, message):
    with pytest.raises(SearchError, match=message):
        site("process", **asked)


@pytest.mark.parametrize(
    ("resources", "workers"),
    [({}, 8), ({"cpus": 2}, 4), ({"gpus": 0.25}, 8), ({"gpus": 0.4}, 4), ({"gpus": 1}, 2), ({"memory": "5GiB"}, 3)],
)
def test_as_many_trials_run_as_there_is_room_for(resources, workers, box):
    assert site("process", **resources).workers == workers


def test_the_plan_says_how_many_trials_lie_on_a_gpu(box):
    assert site("ray", gpus=0.25).layout.lines == (
        "box (8 cpus, 2 gpus, 16.0 GiB memory): 8 trials at a time, 4 a GPU, each 1 cpu, 0.25 gpus",
    )


def test_a_trial_has_as_many_threads_as_it_takes_cores(box):
    assert site("process", cpus=4).threads == 4
    assert site("inline").threads >= 1


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:1", "no Ray cluster answers at '127.0.0.1:1'"),
        ("nowhere", "the address 'nowhere' is not HOST:PORT"),
        ("ray://host:10001", "the address 'ray://host:10001' is not HOST:PORT"),
        ("127.0.0.1:999999", "no Ray cluster answers at '127.0.0.1:999999'"),
    ],
)
def test_an_address_where_no_cluster_is_is_refused(address, message):
    with pytest.raises(SearchError, match=message):
        site(None, address=address)


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
