from __future__ import annotations

import json

import pytest

from fractalgen.search.machines import proposal
from fractalgen.search.machines.capacity import Gpu
from fractalgen.search.machines.proposal import fits, propose

GIB = 2**30


@pytest.mark.parametrize(
    ("peaks", "there", "count"),
    [([2 * GIB, 1 * GIB], 16 * GIB, 7), ([20 * GIB], 16 * GIB, 1), ([], 16 * GIB, 0), ([0, 0], GIB, 0)],
)
def test_as_many_fit_as_the_largest_leaves_room_for(peaks, there, count):
    assert fits(peaks, there) == count


@pytest.fixture
def trials(tmp_path):
    for number, peak in enumerate([GIB, 3 * GIB, 2 * GIB, None]):
        folder = tmp_path / "trials" / str(number)
        folder.mkdir(parents=True)
        if peak is not None:
            (folder / "metrics.json").write_text(json.dumps({"peak_memory": peak}))
    return tmp_path


def test_a_gpu_is_proposed_to_be_shared(trials, monkeypatch):
    monkeypatch.setattr(proposal, "gpus", lambda: (Gpu("0", "card", 16 * GIB),))
    assert propose(trials) == "a trial took at most 3.00 GiB: 4 fit in a GPU of 16 GiB, which is gpus: 0.25"


def test_without_a_gpu_the_machine_is_what_counts(trials, monkeypatch):
    monkeypatch.setattr(proposal, "gpus", tuple)
    monkeypatch.setattr(proposal, "memory", lambda: 8 * GIB)
    assert propose(trials) == "a trial took at most 3.00 GiB: 2 fit in this machine's 8 GiB"


def test_nothing_is_proposed_before_a_trial_has_ended(tmp_path):
    assert propose(tmp_path / "missing") == ""
    (tmp_path / "trials" / "0").mkdir(parents=True)
    assert propose(tmp_path) == ""
