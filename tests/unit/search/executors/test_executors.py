"""What every executor keeps."""

from __future__ import annotations

import pytest
from evaluations import Deed, make_job, run_all

from fractalgen.search.executors import EXECUTORS
from fractalgen.search.machines.placement import Placement
from fractalgen.spec.resources import Resources


@pytest.fixture(params=["inline", "process", pytest.param("ray", marks=pytest.mark.slow)])
def make(request):
    def make(**placement):
        kind = EXECUTORS.get(request.param)
        return kind(Deed(), 1 if kind.most == 1 else 2, Placement(**placement))

    make.name = request.param
    return make


def test_the_results_are_those_of_the_jobs_whatever_else_goes_wrong(make, tmp_path):
    """One start of each executor for all of it: Ray takes seconds."""
    deeds = ["train", "fail no weights", "fit_in 2", "fit_in 3", "train", "slow 0.01", "train"]
    if make.name != "inline":
        deeds += ["die_once", "die"]
    if make.name == "process":  # a worker of Ray takes seconds to start
        deeds += ["leave 3", "train"]
    epochs, stopped = {}, 5

    def on_epoch(number, report):
        epochs.setdefault(number, []).append(report.epoch)
        return number != stopped or report.epoch < 2

    jobs = [make_job(tmp_path, number, deed) for number, deed in enumerate(deeds)]
    results = run_all(make(), jobs, on_epoch)
    trained = [number for number, deed in enumerate(deeds) if deed in ("train", "die_once", "fit_in 2")]
    assert {number: results[number].metrics for number in trained} == {
        number: {"val_accuracy": number / 100} for number in trained
    }
    assert {number: epochs[number] for number in trained} == {number: [1, 2, 3] for number in trained}
    assert results[1].reason == "ValueError: no weights"
    assert (results[2].reason, results[2].mishaps) == (
        "",
        ("MemoryError: the memory is full; tried again with half the batch at a time",),
    )
    assert (results[3].reason, results[3].trouble) == ("MemoryError: the memory is full", "memory")
    assert epochs[stopped] == [1, 2]
    assert (results[stopped].stopped, results[stopped].failed) == (True, False)
    assert results[stopped].history == ({"val_accuracy": 0.1}, {"val_accuracy": 0.2})
    if make.name != "inline":
        check_crashes(make.name, results, tmp_path)


def check_crashes(name, results, folder):
    end = "was killed by SIGKILL" if name == "process" else "died"
    assert results[7].mishaps == (f"the worker process {end}; started again in another worker",)
    assert results[8].reason == f"the worker process {end}, 3 times"
    assert [results[number].trouble for number in (7, 8)] == ["", "crash"]
    if name == "process":
        assert results[9].reason == "the worker process left with exit status 3, 3 times"
    assert len((folder / "8" / "starts").read_text().splitlines()) == 3


def test_a_trial_whose_time_is_up_fails_with_what_is_known_of_it(make, tmp_path):
    deeds = ["slow 0.4", "train"] if make.name == "inline" else ["slow 0.4", "train", "hang", "train"]
    results = run_all(make(timeout=0.7), [make_job(tmp_path, number, deed) for number, deed in enumerate(deeds)])
    late = [number for number, deed in enumerate(deeds) if deed != "train"]
    assert {results[number].reason for number in late} == {"the time-out of 0.7 s was over"}
    assert {results[number].trouble for number in late} == {"time"}
    assert results[0].history in (({"val_accuracy": 0.1},), ({"val_accuracy": 0.1}, {"val_accuracy": 0.2}))
    assert not any(results[number].failed for number in set(results) - set(late))


def test_what_memory_a_trial_took_is_measured(make, tmp_path):
    if make.name == "ray":
        pytest.skip("the same code as in process, and a cluster takes seconds to start")
    results = run_all(make(resources=Resources(cpus=1)), [make_job(tmp_path, 0, "train")])
    assert 5e6 < results[0].peak_memory < 1e11
