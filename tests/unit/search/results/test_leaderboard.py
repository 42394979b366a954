from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest

from fractalgen.errors import SearchError
from fractalgen.search import Leaderboard, Row
from fractalgen.search.ranking.front import front
from fractalgen.spec.search import Objective

OBJECTIVES = (Objective(metric="val_accuracy"), Objective(metric="parameters", direction="minimize"))


def row(number, accuracy, parameters, **more):
    return Row(number, "complete", {"width": number}, {"val_accuracy": accuracy, "parameters": parameters}, **more)


BOARD = Leaderboard(
    "digits",
    OBJECTIVES,
    6,
    (
        row(0, 0.9, 100),
        row(1, 0.95, 200),
        row(2, 0.9, 150),
        row(3, 0.95, 200, cached=True, source=1),
        Row(4, "pruned", {"width": 4}, {}, reason="too wide"),
    ),
)


def test_the_front_is_what_nothing_beats_in_every_objective():
    assert [trial.number for trial in BOARD.front] == [1, 0]


def test_the_best_trial_is_best_by_the_objectives_in_order_and_no_repeat():
    assert BOARD.best.number == 1


def test_an_empty_leaderboard_has_no_best_and_no_front():
    empty = Leaderboard("digits", OBJECTIVES, 6)
    assert (empty.best, empty.front) == (None, ())


def test_epochs_are_counted_over_all_trials():
    board = BOARD.add(row(5, 0.5, 900, epochs=3)).add(row(6, 0.4, 950, epochs=9))
    assert (board.epochs, board.to_json()["epochs"]) == (12, 12)


def test_the_hypervolume_is_what_the_front_dominates_within_the_reference():
    objectives = (
        Objective(metric="val_accuracy", reference=0.5),
        Objective(metric="parameters", direction="minimize", reference=300),
    )
    board = replace(BOARD, objectives=objectives)
    assert board.hypervolume == pytest.approx(0.4 * 200 + 0.05 * 100)
    assert board.to_json()["hypervolume"] == board.hypervolume


def test_without_a_reference_for_each_objective_there_is_no_hypervolume():
    first = Objective(metric="val_accuracy", reference=0.5)
    assert BOARD.hypervolume is None
    assert replace(BOARD, objectives=(first, OBJECTIVES[1])).hypervolume is None
    assert replace(BOARD, objectives=(first,)).hypervolume is None


def written(folder, data):
    (folder / "leaderboard.json").write_text(data if isinstance(data, str) else json.dumps(data))
    return folder


def test_a_leaderboard_is_read_as_it_was_written(tmp_path):
    board = BOARD.with_test_accuracy(0.97)
    assert Leaderboard.read(written(tmp_path, board.to_json())) == board


def test_keys_of_other_versions_are_left_alone(tmp_path):
    data = {**BOARD.to_json(), "later": 1}
    data["trials"][0]["later"] = 2
    assert Leaderboard.read(written(tmp_path, data)) == BOARD


def test_the_json_has_the_keys_of_the_contract():
    data = BOARD.to_json()
    assert {"trials", "best", "front"} <= data.keys()
    assert {"number", "state", "params", "values", "fingerprint", "cached", "seconds"} <= data["trials"][0].keys()
    assert "test_accuracy" in data["best"]


def test_adding_a_trial_forgets_the_test_accuracy_of_the_former_best():
    assert BOARD.with_test_accuracy(0.9).add(row(5, 0.99, 1)).test_accuracy is None


def test_a_folder_without_a_leaderboard_is_refused(tmp_path):
    with pytest.raises(SearchError, match=r"leaderboard\.json' cannot be read: No such file"):
        Leaderboard.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('{"name": ', "is not JSON"),
        ("[]", r"is not a record of a run: the document cannot be \[\]"),
        ({"name": "digits", "target": 6}, "objectives is missing"),
        ({"objectives": []}, r"objectives cannot be \[\]"),
        ({"objectives": [{"metric": "a", "direction": "up"}]}, r"objectives\[0\].direction cannot be 'up'"),
        ({"trials": [{"state": "complete", "params": {}, "values": {}}]}, r"trials\[0\].number is missing"),
        ({"trials": [{"number": 7, "state": "complete", "params": {}, "values": {}}]}, "trial 7 is complete and lacks"),
    ],
)
def test_a_leaderboard_that_is_none_is_refused_by_the_key_that_is_wrong(tmp_path, change, message):
    if isinstance(change, dict) and "name" not in change:
        change = {**BOARD.to_json(), **change}
    with pytest.raises(SearchError, match=message) as caught:
        Leaderboard.read(written(tmp_path, change))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - pickled here


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([], []),
        ([(1.0, 1.0)], [0]),
        ([(1.0, 1.0), (1.0, 1.0)], [0]),
        ([(1.0, 2.0), (2.0, 1.0), (2.0, 2.0)], [0, 1]),
        ([(3.0,), (1.0,), (2.0,)], [1]),
        ([(1.0, 2.0), (1.0, 1.0)], [1]),
    ],
)
def test_a_front_of_a_few_points(costs, expected):
    assert front(costs) == expected
