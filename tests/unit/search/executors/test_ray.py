"""A Ray cluster of two nodes on this machine: an address, parts of a resource, callbacks, a node that is killed."""

from __future__ import annotations

import csv
import os
import subprocess
import sys

import pytest
from evaluations import Deed, make_job, run_all

from fractalgen.errors import SearchError
from fractalgen.search.executors._cluster import import_ray
from fractalgen.search.executors.ray import Ray
from fractalgen.search.machines.capacity import Layout
from fractalgen.search.machines.placement import Placement
from fractalgen.search.preflight import choose_site
from fractalgen.spec.resources import Resources
from fractalgen.spec.search import Search

pytestmark = pytest.mark.slow
LOOPBACK = {"node_ip_address": "127.0.0.1", "include_dashboard": False}


@pytest.fixture(scope="module")
def cluster():
    os.environ.setdefault("RAY_worker_niceness", "0")
    import_ray("127.0.0.1:6379")
    from ray.cluster_utils import Cluster

    made = Cluster()
    made.add_node(num_cpus=2, resources={"slots": 1}, **LOOPBACK)
    made.extra = made.add_node(num_cpus=2, resources={"slots": 1}, **LOOPBACK)
    yield made
    made.shutdown()


def test_a_cluster_behind_an_address_runs_parts_of_its_resources_and_survives_the_loss_of_a_node(cluster, tmp_path):
    """One after another, as the cluster takes seconds to start."""
    check_capacity(cluster)
    check_what_never_can_run(cluster)
    check_parts_and_callbacks(cluster, tmp_path)
    check_lost_node(cluster, tmp_path)


IMPORTED_BEFORE = """
import ray
from fractalgen.search.executors._cluster import import_ray
from ray._private.services import get_node_ip_address
import_ray("127.0.0.1:6379")
print(get_node_ip_address())
"""


def test_ray_that_was_imported_before_takes_the_loopback_address_as_it_is():
    run = [sys.executable, "-c", IMPORTED_BEFORE]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    done = subprocess.run(run, capture_output=True, text=True, check=True, env=clean)
    assert done.stdout.strip() == "127.0.0.1"


def placement(cluster, **more):
    more["resources"] = Resources(**more.get("resources", {}))
    return Placement(address=cluster.address, **more)


def check_capacity(cluster):
    half = placement(cluster, resources={"slots": 0.5})
    assert [node.has["slots"] for node in Ray.nodes(half)] == [1.0, 1.0]
    assert Layout(Ray.nodes(half), half.resources).places == 4


def check_what_never_can_run(cluster):
    impossible = placement(cluster, resources={"cpus": 2, "slots": 2})
    with pytest.raises(SearchError, match="a trial takes 2 cpus, 2 slots, and no machine has that: 127.0.0.1"):
        choose_site(Search(resources=impossible.resources), impossible)


def check_parts_and_callbacks(cluster, folder):
    logs = folder / "logs"
    halves = placement(cluster, resources={"slots": 0.5}, callbacks=(("csv", {}), ("json", {})), logs=logs)
    deeds = ["train", "fit_in 2 whole", "train", "train"]
    results = run_all(Ray(Deed(), 4, halves), [make_job(folder, number, deed) for number, deed in enumerate(deeds)])
    assert not any(result.failed for result in results.values())
    assert results[1].mishaps[-1] == "MemoryError: the memory is full; tried again on a whole GPU"
    assert (folder / "1" / "parts").read_text() == "2 True"
    with (logs / "0" / "progress.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_accuracy"]) for row in rows] == pytest.approx([0.1, 0.2, 0.0])
    assert "reports" not in rows[0]
    assert (logs / "3" / "result.json").exists()


def check_lost_node(cluster, folder):
    jobs = [make_job(folder, number, "slow 0.7") for number in range(10, 14)]
    lost = []

    def kill_a_node(number, report):
        if not lost:
            lost.append(number)
            cluster.remove_node(cluster.extra, allow_graceful=False)
        return True

    results = run_all(Ray(Deed(), 4, placement(cluster)), jobs, kill_a_node)
    assert {number: result.metrics for number, result in results.items()} == {
        number: {"val_accuracy": number / 100} for number in range(10, 14)
    }
    # Jobs whose worker was still starting on the lost node begin elsewhere without a mishap.
    assert {result.mishaps for result in results.values()} <= {
        (),
        ("the worker process died; started again in another worker",),
    }
