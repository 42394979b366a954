from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import contextmanager
from dataclasses import replace

import pytest
from optuna.storages._cached_storage import _CachedStorage

from fractalgen.errors import DivergedError, SearchError
from fractalgen.search import Leaderboard, Silent
from fractalgen.search.constraints import Constraint
from fractalgen.search.executors.inline import Inline
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Search


class Killed(BaseException):
    """Ends a driver the way a signal does: no handler of ours runs after it."""


def states(folder):
    with sqlite3.connect(folder / "study.db") as base:
        return [state for (state,) in base.execute("select state from trials order by number")]


def points(board):
    return [(row.number, dict(row.params), dict(row.values)) for row in board.trials]


def test_a_search_ends_with_exactly_the_asked_number_of_trials(bench):
    board = bench.run(20)
    assert [row.number for row in board.trials] == list(range(20))


def test_a_search_with_the_same_seed_asks_the_same_points(bench):
    other = replace(bench, folder=bench.folder.parent / "other")
    assert points(bench.run(15)) == points(other.run(15))


def test_a_search_with_another_seed_asks_other_points(bench):
    other = replace(bench, folder=bench.folder.parent / "other", search=bench.search.model_copy(update={"seed": 1}))
    assert points(bench.run(8)) != points(other.run(8))


def test_a_search_told_to_go_on_gives_the_points_of_one_that_never_stopped(bench):
    other = replace(bench, folder=bench.folder.parent / "other")
    bench.run(7)
    assert points(bench.run(15)) == points(other.run(15))


def test_a_finished_search_evaluates_nothing_when_started_again(bench):
    bench.run(6)
    bench.evaluation.asked.clear()
    bench.run(6)
    assert bench.evaluation.asked == []


def test_no_network_is_evaluated_twice_and_repeats_are_marked(bench):
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 4)), 4)
    board = bench.run(12)
    assert len(bench.evaluation.asked) == 4
    assert [row.cached for row in board.trials].count(True) == 8
    source = {row.number: row for row in board.trials}
    assert all(row.values == source[row.source].values for row in board.trials)


def test_what_the_guards_of_a_run_found_is_kept_with_its_trial_and_its_repeats(bench):
    class Guarded(type(bench.evaluation)):
        def run(self, job, report):
            return replace(super().run(job, report), guards={"problems": [f"trial {job.number} is silent"]})

    bench.evaluation = Guarded()
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 4)), 4)
    bench.run(8)
    board = Leaderboard.read(bench.folder)
    assert [row.problems for row in board.trials] == [(f"trial {row.source} is silent",) for row in board.trials]
    assert {row.cached for row in board.trials} == {True, False}


def test_twins_of_a_running_network_wait_for_its_result(bench):
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 2)), 2)
    board = bench.run(10, Inline(bench.evaluation, 4))
    assert len(bench.evaluation.asked) == 2
    assert [row.cached for row in board.trials].count(True) == 8
    assert all(row.complete for row in board.trials)


def test_a_point_moves_to_a_new_network_after_repeats(bench):
    bench.search = Search(sampler={"tpe": {"startup": 1}})
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 12)), 12)
    bench.run(36)
    assert len(bench.evaluation.asked) == 12


def test_a_network_that_cannot_be_built_is_pruned_with_the_reason(bench):
    board = bench.run(20)
    reasons = {row.reason for row in board.trials if row.params["body.kind"] == "broken"}
    assert reasons == {"branches do not fit"}


def test_a_constraint_is_checked_before_training(bench):
    bench.constraints = (Constraint("parameters", "<", 10),)
    board = bench.run(20)
    refused = [row for row in board.trials if "parameters < 10 does not hold" in row.reason]
    assert refused
    assert all(board.trials[number].metrics["parameters"] < 10 for number in bench.evaluation.asked)


def test_an_evaluation_that_raises_prunes_its_trial_alone(bench):
    def diverge(_, values):
        if values["body.width"] > 20:
            raise DivergedError("the loss is nan")

    bench.evaluation.fails = diverge
    board = bench.run(20)
    wide = [row for row in board.trials if row.params["body.width"] > 20 and row.metrics]
    assert wide
    assert {row.reason for row in wide} == {"the loss is nan"}
    assert {"pruned", "complete"} == {row.state for row in board.trials}


def test_a_score_that_is_no_number_prunes_its_trial(bench):
    class NotANumber(type(bench.evaluation)):
        def run(self, job, report):
            result = super().run(job, report)
            return replace(result, metrics={"val_accuracy": float("nan")}) if job.number % 2 else result

    bench.evaluation = NotANumber()
    board = bench.run(10)
    assert "val_accuracy is nan" in {row.reason for row in board.trials}
    assert "RUNNING" not in states(bench.folder)


def test_a_search_stops_when_the_first_evaluations_all_fail(bench):
    def fail(*_):
        raise RuntimeError("no such device")

    bench.evaluation.fails = fail
    with pytest.raises(SearchError, match="the first 3 evaluations failed: RuntimeError: no such device"):
        bench.run(20)


def test_a_killed_driver_loses_no_finished_trial_and_repeats_none(bench):
    def kill(job, _):
        if job.number >= 4 and len(bench.evaluation.asked) == 5:
            raise Killed

    clean = replace(bench, folder=bench.folder.parent / "clean", evaluation=type(bench.evaluation)())
    bench.evaluation.fails = kill
    with pytest.raises(Killed):
        bench.run(12)
    assert states(bench.folder).count("RUNNING") == 1
    assert points(bench.run(12)) == points(clean.run(12))
    repeated = [number for number in bench.evaluation.asked if bench.evaluation.asked.count(number) > 1]
    assert len(repeated) == 2, "the one that was running, asked again, and no other"


def test_a_result_that_the_study_never_heard_of_is_taken_from_the_trial_folder(bench):
    bench.run(4)
    lost = bench.evaluation.asked[-1]
    with sqlite3.connect(bench.folder / "study.db") as base:
        base.execute("update trials set state = 'RUNNING' where number = ?", (lost,))
    base.close()
    bench.evaluation.asked.clear()
    assert len(bench.run(8).trials) == 8
    assert lost not in bench.evaluation.asked


def test_a_trial_that_was_killed_while_it_was_pruned_is_pruned_again(bench):
    board = bench.run(12)
    lost = next(row.number for row in board.trials if not row.complete)
    with sqlite3.connect(bench.folder / "study.db") as base:
        base.execute("update trials set state = 'RUNNING' where number = ?", (lost,))
    base.close()
    assert points(bench.run(12)) == points(board)


def test_a_trial_that_keeps_killing_the_driver_is_pruned_after_two_more_rounds(bench):
    class Hard(Inline):
        def poll(self, *_):
            raise Killed

    for _ in range(3):
        bench.study()
        with pytest.raises(Killed):
            bench.run(5, Hard(bench.evaluation, 1))
        with sqlite3.connect(bench.folder / "study.db") as base:
            base.execute("update trial_user_attributes set value_json = value_json + 1 where key = 'left'")
        base.close()
    board = bench.run(5)
    assert "the search was killed 3 times while it ran" in {row.reason for row in board.trials}


def test_the_leaderboard_can_be_read_after_every_trial_and_ends_with_all(bench):
    seen = []

    class Reader(Silent):
        def trial_finished(self, *_):
            seen.append(len(Leaderboard.read(bench.folder).trials))

    bench.observer = Reader()
    bench.run(6)
    assert len(seen) == 6
    assert all(count <= told for told, count in enumerate(seen, 1))
    assert len(Leaderboard.read(bench.folder).trials) == 6


def test_a_changed_space_is_refused_with_the_difference(bench):
    bench.run(3)
    bench.signature = {"hole": {"width": "1 to 60"}}
    with pytest.raises(SearchError, match="hole 'width' was 1 to 30, now is 1 to 60"):
        bench.run(6)


def test_trial_folders_hold_the_spec_and_the_metrics(bench):
    bench.run(5)
    number = bench.evaluation.asked[0]
    folder = bench.folder / "trials" / str(number)
    assert {file.name for file in folder.iterdir()} == {"spec.yaml", "job.json", "metrics.json"}
    assert json.loads((folder / "metrics.json").read_text())["metrics"]["val_accuracy"] <= 1


def test_folders_of_a_study_that_was_removed_are_not_taken_for_its_results(bench):
    bench.run(4)
    (bench.folder / "study.db").unlink()
    bench.search = bench.search.model_copy(update={"seed": 5})
    bench.evaluation.asked.clear()
    board = bench.run(4)
    scored = [row.number for row in board.trials if row.complete and not row.cached]
    assert bench.evaluation.asked == scored


WRITES = ("create_new_trial", "set_trial_param", "set_trial_user_attr", "set_trial_system_attr")


@contextmanager
def killed_before_write(number):
    """Make the study's `number`-th write from now on, counted from 1, kill the driver."""
    left = iter(range(number - 1, -1, -1))

    def deadly(write):
        def dying(*arguments, **named):
            if next(left, 0) == 0:
                raise Killed
            return write(*arguments, **named)

        return dying

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(_CachedStorage, name, deadly(getattr(_CachedStorage, name)))
        yield


@pytest.mark.parametrize("sampler", [{"random": {}}, {"tpe": {"startup": 4}}, {"nsga2": {"population": 4}}], ids=str)
def test_a_driver_killed_before_any_write_asks_the_points_of_one_that_never_was(bench, sampler):
    bench.search = bench.search.model_copy(update={"sampler": sampler})
    bench.run(7)
    clean = replace(bench, folder=bench.folder.parent / "clean")
    shutil.copytree(bench.folder, clean.folder)
    expected = points(clean.run(9))
    for number in range(1, 10):
        killed = replace(bench, folder=bench.folder.parent / f"killed {number}")
        shutil.copytree(bench.folder, killed.folder)
        with killed_before_write(number), pytest.raises(Killed):
            killed.run(9)
        assert points(killed.run(9)) == expected, f"write {number}"


def test_a_point_of_which_half_was_told_is_told_to_its_end(bench):
    clean = bench.run(12)
    number = next(row.number for row in clean.trials if len(row.params) == 3)
    with sqlite3.connect(bench.folder / "study.db") as base:
        base.execute("update trials set state = 'RUNNING' where number = ?", (number,))
        base.execute("delete from trial_params where trial_id = ? and param_name != 'body.kind'", (number + 1,))
    base.close()
    assert points(bench.run(12)) == points(clean)


def test_a_trial_that_has_no_point_yet_is_asked_for_first(bench):
    clean = replace(bench, folder=bench.folder.parent / "clean")
    bench.run(3)
    with sqlite3.connect(bench.folder / "study.db") as base:
        base.execute("insert into trials (number, study_id, state) values (3, 1, 'RUNNING')")
    base.close()
    assert points(bench.run(6)) == points(clean.run(6))
