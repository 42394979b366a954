from __future__ import annotations

import json
import pickle

import pytest

from fractalgen.errors import SearchError
from fractalgen.report import read_leaderboard, read_training_run
from fractalgen.report.wording import short_names


def test_a_leaderboard_is_read_as_it_was_written(search_run):
    board = read_leaderboard(search_run)
    assert board.best_trial == board.trials[2]
    assert board.best.test_accuracy == 0.9812
    assert board.holes == ("network.body.fractal.columns", "network.body.fractal.join")


def test_a_front_of_whole_trials_is_read_as_their_numbers(search_run, board):
    board["front"] = [board["trials"][1], board["trials"][0]]
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    assert read_leaderboard(search_run).front == (1, 0)


def test_a_folder_without_a_leaderboard_is_an_error(tmp_path):
    with pytest.raises(SearchError, match="cannot be read: No such file"):
        read_leaderboard(tmp_path)


def test_a_leaderboard_that_is_not_json_is_an_error(search_run):
    (search_run / "leaderboard.json").write_text("{")
    with pytest.raises(SearchError, match="is not JSON"):
        read_leaderboard(search_run)


def test_a_foreign_leaderboard_names_the_key_that_is_missing(search_run):
    (search_run / "leaderboard.json").write_text('{"objectives": [{"metric": "a"}]}')
    with pytest.raises(SearchError, match=r"is not a record of a run: objectives\.0\.direction: field required"):
        read_leaderboard(search_run)


def test_the_error_of_a_foreign_leaderboard_survives_pickling(search_run):
    (search_run / "leaderboard.json").write_text("[]")
    with pytest.raises(SearchError) as caught:
        read_leaderboard(search_run)
    back = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - pickled here
    assert str(back) == str(caught.value)


def test_a_training_run_is_read_as_it_was_written(training_run):
    run = read_training_run(training_run)
    assert [epoch.train_loss for epoch in run.epochs] == [2, 1, pytest.approx(2 / 3)]
    assert [column.accuracy for column in run.columns] == [0.71, 0.83]


def test_holes_are_called_by_the_shortest_end_that_tells_them_apart():
    holes = ["body.stem.width", "body.head.width", "body.columns"]
    assert short_names(holes) == ["stem.width", "head.width", "columns"]
