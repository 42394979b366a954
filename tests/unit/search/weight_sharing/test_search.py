"""Whole searches over shared weights."""

from __future__ import annotations

import errno
import json
import math
from dataclasses import dataclass, replace

import pytest

from fractalgen.errors import SearchError, UnknownNameError
from fractalgen.search import Leaderboard, SearchOptions, Silent, check_names, run_search
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.spec import load_text

SPACE = """
name: small
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: {int: [1, 2]}, unit: {conv_bn_relu: {out: {choice: [4, 8]}}}}}, HEAD]}
data: digits
train: {epochs: 1, batch: 256}
search: {trials: 4, sampler: grid, threads: 1, weight_sharing: {epochs: 2, retrain: 2, images: 200}}
"""
HEAD = "global_avg_pool, {linear: {out: 10}}"


def space(old: str = "", new: str = ""):
    text = SPACE.replace("HEAD", HEAD)
    assert old in text
    return load_text(text.replace(old, new, 1) if old else text)


def tau_of_two(one, other):
    """Return Kendall's tau of two networks: 1 or -1, or None when either figure ties them."""
    shared = one.values["val_accuracy"] - other.values["val_accuracy"]
    trained = one.alone["val_accuracy"] - other.alone["val_accuracy"]
    return math.copysign(1, shared * trained) if shared and trained else None


@pytest.fixture
def lines():
    return []


@pytest.fixture
def options(lines):
    return SearchOptions(evaluation=TrainEvaluation("cpu"), say=lines.append)


def test_the_best_by_shared_weights_are_trained_alone_and_the_best_of_them_is_published(tmp_path, options, lines):
    board = run_search(space(), tmp_path / "run", options)
    alone = [row for row in board.trials if row.alone]
    assert (len(board.trials), len(alone)) == (4, 2)
    by_shared = sorted(board.trials, key=lambda row: -row.values["val_accuracy"])
    assert {row.values["val_accuracy"] for row in alone} == {row.values["val_accuracy"] for row in by_shared[:2]}
    best = max(alone, key=lambda row: row.alone["val_accuracy"])
    assert board.best.alone["val_accuracy"] == best.alone["val_accuracy"]
    assert board.kendall_tau == tau_of_two(*alone)
    assert 0 < board.test_accuracy <= 1
    assert (tmp_path / "run" / "best" / "weights.safetensors").exists()
    assert any("supernet: epoch 2 of 2" in line and "MB" in line for line in lines)


def test_the_same_command_trains_nothing_again(tmp_path, options, lines, monkeypatch):
    first = run_search(space(), tmp_path / "run", options)
    lines.clear()
    monkeypatch.setattr(TrainEvaluation, "run", lambda *_: pytest.fail("trained again"))
    assert run_search(space(), tmp_path / "run", options) == first
    assert not [line for line in lines if "supernet" in line]


def test_a_search_that_was_killed_while_networks_were_trained_alone_goes_on(tmp_path, options, monkeypatch):
    run, calls = TrainEvaluation.run, []

    def dies(self, job, report):
        calls.append(job.number)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run(self, job, report)

    monkeypatch.setattr(TrainEvaluation, "run", dies)
    with pytest.raises(KeyboardInterrupt):
        run_search(space(), tmp_path / "run", options)
    board = run_search(space(), tmp_path / "run", options)
    assert sum(bool(row.alone) for row in board.trials) == 2
    assert calls[0] not in calls[1:]


def test_the_leaderboard_file_says_what_was_trained_alone(tmp_path, options):
    board = run_search(space(), tmp_path / "run", options)
    data = json.loads((tmp_path / "run" / "leaderboard.json").read_text())
    assert "val_accuracy" in data["best"]["alone"]
    assert Leaderboard.read(tmp_path / "run") == board
    assert {data["trials"][number]["number"] for number in data["front"]} <= {
        row.number for row in board.trials if row.alone
    }


@dataclass(frozen=True)
class Raises(TrainEvaluation):
    error: Exception | None = None

    def run(self, *_):
        raise self.error


def test_a_full_disk_while_networks_are_trained_alone_loses_nothing(tmp_path, options):
    full = replace(options, evaluation=Raises("cpu", error=OSError(errno.ENOSPC, "full")))
    with pytest.raises(SearchError, match="the disk is full"):
        run_search(space(), tmp_path / "run", full)
    assert sum(bool(row.alone) for row in run_search(space(), tmp_path / "run", options).trials) == 2


def test_a_network_that_cannot_be_trained_alone_says_why(tmp_path, options):
    seen = []

    class Notes(Silent):
        def trial_finished(self, row, _):
            seen.append(row.reason)

    fails = replace(options, evaluation=Raises("cpu", error=ValueError("bad luck")), observer=Notes())
    reason = "not trained alone: ValueError: bad luck"
    with pytest.raises(SearchError, match="cannot be trained again: ValueError: bad luck"):
        run_search(space(), tmp_path / "run", fails)
    assert seen.count(reason) == 2
    board = Leaderboard.read(tmp_path / "run")
    assert [row.reason for row in board.trials].count(reason) == 2
    assert not board.ended


def test_shared_weights_are_of_one_driver(tmp_path, options):
    message = r"shared weights lie in one run folder, and --storage is for several. Leave --storage out"
    with pytest.raises(SearchError, match=message):
        run_search(space(), tmp_path / "run", replace(options, storage="postgresql://me@host/base"))
    assert not (tmp_path / "run").exists()


def test_a_study_goes_on_with_the_weight_sharing_that_it_began_with(tmp_path, options):
    run_search(space(), tmp_path / "run", options)
    with pytest.raises(SearchError, match=r"searches something else: weight sharing 'epochs' was 2, now is 3"):
        run_search(space("epochs: 2", "epochs: 3"), tmp_path / "run", options)


def test_shared_weights_have_no_training_loss(tmp_path, options):
    spec = space("search: {", "search: {objectives: [{metric: train_loss, direction: minimize}], ")
    with pytest.raises(UnknownNameError, match=r"no run reports 'train_loss'"):
        run_search(spec, tmp_path / "run", options)
    assert [str(problem) for problem in check_names(spec)]
    assert not (tmp_path / "run").exists()


def test_a_spec_without_holes_has_nothing_to_share(tmp_path, options):
    plain = load_text(space().first().to_yaml() + "search: {weight_sharing: {}}\n")
    with pytest.raises(SearchError, match=r"has no holes, so there is nothing to search"):
        run_search(plain, tmp_path / "run", options)


def test_other_evaluations_may_stand_for_training_alone(tmp_path, options):
    class Known(TrainEvaluation):
        def publish(self, job, best):
            return 0.25

    board = run_search(space(), tmp_path / "run", replace(options, evaluation=Known("cpu")))
    assert board.test_accuracy == 0.25


def test_a_pruner_has_nothing_to_stop(tmp_path, options):
    with pytest.raises(SearchError, match=r"the pruner 'successive_halving' has nothing to stop.* Take `pruner` out"):
        run_search(space("search: {", "search: {pruner: successive_halving, "), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()
