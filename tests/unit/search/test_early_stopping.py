"""Rungs in the driver: what is stopped is told so, counts once, and is found again after a kill."""

from __future__ import annotations

import json
from dataclasses import replace

import optuna
import pytest

from fractalgen.search import Leaderboard, Result
from fractalgen.search.constraints import Constraint
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Search

ONE = Search(objectives=[{"metric": "val_accuracy"}], pruner={"successive_halving": {"reduction": 3}})
TWO = Search(
    objectives=[{"metric": "val_accuracy"}, {"metric": "parameters", "direction": "minimize"}], pruner=ONE.pruner
)
CONV = Hole("body.kind", "choice", 0, 0, labels=("conv",))


class Killed(BaseException):
    """Ends a driver the way a signal does: no handler of ours runs after it."""


@pytest.fixture
def curves(bench, curve):
    return replace(bench, search=ONE, evaluation=curve())


@pytest.fixture(scope="module", params=[ONE, TWO], ids=["one objective", "two objectives"])
def ended(request, tmp_path_factory, make_bench, curve):
    curves = make_bench(tmp_path_factory.mktemp("search") / "run", search=request.param, evaluation=curve())
    return curves, curves.run(24)


def rows(board):
    return [
        (row.number, row.state, dict(row.params), dict(row.values), row.epochs, row.rung, row.reason)
        for row in board.trials
    ]


def trials(folder):
    return optuna.load_study(study_name="search", storage=f"sqlite:///{folder / 'study.db'}").trials


def test_trials_stop_early_and_the_best_are_trained_to_their_end(ended):
    curves, board = ended
    ran = [row for row in board.trials if row.epochs]
    assert {row.epochs for row in ran if row.complete} == {9}
    assert {(row.rung, row.epochs) for row in ran if row.stopped} == {(0, 1), (1, 3)}
    assert board.epochs == len(curves.evaluation.spent) < 9 * len(ran) / 2
    assert all(row.complete for row in board.front)


def test_the_stopped_are_told_as_pruned_with_their_rung_and_figures_and_are_no_failures(ended):
    curves, board = ended
    known = trials(curves.folder)
    assert {trial.state.name for trial in known} == {"COMPLETE", "PRUNED"}
    row = next(row for row in board.trials if row.rung == 0)
    assert row.reason.startswith("stopped at rung 0, after epoch 1: ")
    assert (row.state, row.values, row.stopped) == ("pruned", {}, True)
    assert row.metrics.keys() >= {"val_accuracy", "parameters"}
    assert known[row.number].constraints == {}


def test_the_sampler_of_one_objective_learns_the_figures_at_the_rungs(ended):
    curves, board = ended
    steps = [1, 3] if len(board.objectives) == 1 else []
    known = trials(curves.folder)
    assert all(sorted(known[row.number].intermediate_values) == steps for row in board.trials if row.rung == 1)


def test_each_trial_is_counted_once_at_a_rung(ended):
    curves, board = ended
    stands = [stand for trial in trials(curves.folder) for stand in trial.user_attrs.get("rungs", ())]
    came = sum(row.epochs > 0 for row in board.trials)
    assert [stand["of"] for stand in stands if stand["rung"] == 0] == list(range(1, came + 1))


def test_the_leaderboard_of_stopped_trials_is_read_as_it_was_written(ended):
    curves, board = ended
    assert Leaderboard.read(curves.folder) == board


def test_a_repeat_of_a_stopped_trial_is_stopped_as_it_was(curves):
    curves.space = Space((CONV, Hole("body.width", "int", 1, 8)), 8)
    curves.search = ONE.model_copy(update={"sampler": {"random": {}}})
    board = curves.run(24)
    repeats = [row for row in board.trials if row.cached and row.stopped]
    assert repeats
    for row in repeats:
        source = board.trials[row.source]
        assert (row.rung, row.reason, row.epochs) == (source.rung, source.reason, 0)
        found = trials(curves.folder)
        assert found[row.number].intermediate_values == found[row.source].intermediate_values
    assert len(curves.evaluation.asked) == 8


@pytest.mark.parametrize("search", [ONE, TWO], ids=["one objective", "two objectives"])
def test_a_search_that_was_killed_anywhere_ends_as_one_that_was_not(curves, search):
    curves.search = search
    clean = replace(curves, folder=curves.folder.parent / "clean", evaluation=type(curves.evaluation)())
    expected = rows(clean.run(12))
    for kill in (2, 11):
        left = iter(range(kill))

        def fail(*_, left=left):
            if next(left, None) is None:
                raise Killed

        curves.evaluation.fails = fail
        with pytest.raises(Killed):
            curves.run(12)
    curves.evaluation.fails = lambda *_: None
    assert rows(curves.run(12)) == expected


def test_the_pruner_may_be_changed_between_two_calls(curves):
    curves.run(8)
    curves.search = ONE.model_copy(update={"pruner": {}})
    board = curves.run(12)
    assert {row.epochs for row in board.trials[8:] if row.epochs} == {9}


def test_a_stopped_trial_of_a_figure_that_is_no_number_is_a_failure(curves):
    class Broken(type(curves.evaluation)):
        def run(self, job, report):
            return replace(super().run(job, report), metrics={"val_accuracy": float("inf")})

    curves.evaluation = Broken()
    curves.search = ONE.model_copy(update={"pruner": {}})
    with pytest.raises(Exception, match="the first 3 evaluations failed: val_accuracy is inf"):
        curves.run(8)


def test_a_constraint_on_a_figure_of_the_run_is_checked_after_it(curves):
    curves.search = ONE.model_copy(update={"pruner": {}})
    curves.measured = (Constraint("val_accuracy", ">", 0.6),)
    board = curves.run(12)
    refused = [row for row in board.trials if row.reason == "val_accuracy > 0.6 does not hold"]
    assert refused
    assert all(row.metrics["val_accuracy"] <= 0.6 and row.epochs == 9 for row in refused if not row.cached)
    assert all(row.metrics["val_accuracy"] > 0.6 for row in board.trials if row.complete)


def test_a_network_that_is_too_slow_is_not_trained_on(curves):
    class Timed(type(curves.evaluation)):
        def run(self, job, report):
            width = json.loads(job.spec_file.read_text())["body.width"]
            return super().run(job, lambda news: report(replace(news, metrics={**news.metrics, "latency_ms": width})))

    curves.evaluation = Timed()
    curves.search = ONE.model_copy(update={"pruner": {}})
    curves.measured = (Constraint("latency_ms", "<", 15),)
    board = curves.run(12)
    slow = [row for row in board.trials if row.epochs == 1]
    assert {row.reason for row in slow} == {"latency_ms < 15 does not hold"}
    assert all(row.params["body.width"] >= 15 for row in slow)


def test_an_objective_that_no_run_reports_ends_the_search_and_loses_nothing(curves):
    class Silent(type(curves.evaluation)):
        def run(self, *_):
            return Result({"val_loss": 1.0})

    with pytest.raises(Exception, match="no run reports 'val_accuracy'. Known: parameters, val_loss"):
        replace(curves, evaluation=Silent()).run(3)
    assert len(curves.run(3).trials) == 3
