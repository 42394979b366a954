from __future__ import annotations

import pytest

from fractalgen.errors import ParameterError, Place
from fractalgen.spec._model import read_model
from fractalgen.spec.resources import Resources
from fractalgen.spec.search import Search
from fractalgen.spec.tree import tree_of


def read(text):
    return read_model(Search, tree_of(text, Place("space.yaml")))


def test_a_trial_takes_one_core_by_default():
    assert Search().resources.amounts == {"cpus": 1.0}


def test_other_keys_are_resources_of_a_cluster():
    resources = read({"resources": {"cpus": 2, "gpus": 0.25, "memory": "4GiB", "slots": 0.5}}).resources
    assert resources.amounts == {"cpus": 2, "gpus": 0.25, "memory": 2**32, "slots": 0.5}
    assert resources.shares == ("gpus", "slots")


def test_a_whole_one_stands_in_place_of_each_part():
    assert Resources(gpus=0.25, slots=0.5, cpus=3).whole().amounts == {"cpus": 3, "gpus": 1, "slots": 1}


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"resources": {"gpus": 1.5}}, "gpus must be a part below 1 or a whole number, found 1.5"),
        ({"resources": {"slots": 2.5}}, "slots must be a part below 1 or a whole number, found 2.5"),
        ({"resources": {"slots": -1}}, "slots must be a part below 1 or a whole number, found -1"),
        ({"resources": {"memory": "4 gigs"}}, "must be a size above 0, in bytes or such as 512MiB, 4GiB or 4GB"),
        ({"resources": {"cpus": 0}}, "must be at least 1, found 0"),
        ({"timeout": "soon"}, "must be a time above 0, in seconds or such as 90s, 10m, 2h or 1d, found 'soon'"),
        ({"callbacks": [{"csv": {}, "json": {}}]}, "a callback is a name, or a mapping of one name to its options"),
    ],
)
def test_what_means_nothing_is_refused(search, message):
    with pytest.raises(ParameterError, match=message):
        read(search)


def test_a_timeout_is_read_in_seconds():
    assert read({"timeout": "10m"}).timeout_seconds == 600
    assert Search().timeout_seconds is None


def test_callbacks_are_names_or_names_with_options():
    assert read({"callbacks": ["csv", {"mlflow": {"experiment_name": "x"}}]}).callbacks == (
        "csv",
        {"mlflow": {"experiment_name": "x"}},
    )
