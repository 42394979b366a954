"""The trials of a search as CSV."""

from __future__ import annotations

import csv
import json

import pytest

from fractalgen.errors import SearchError
from fractalgen.report import write_report


def table(folder):
    write_report(folder)
    with (folder / "leaderboard.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def keep(folder, number, accuracies):
    trial = folder / "trials" / str(number)
    trial.mkdir(parents=True)
    history = [{"val_accuracy": value, "val_loss": 1.0} for value in accuracies]
    (trial / "metrics.json").write_text(json.dumps({"history": history}))


def test_a_row_has_choices_costs_and_the_accuracy_after_each_epoch(search_run, board):
    board["trials"][0]["metrics"] = {"parameters": 1000, "macs": 77, "val_accuracy": 0.9}
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    keep(search_run, 0, [0.5, 0.9])
    row = table(search_run)[0]
    assert list(row) == [
        *("trial", "state", "fingerprint", "columns", "join", "parameters", "macs", "val_accuracy"),
        *("val_accuracy 1", "val_accuracy 2", "seconds", "reason"),
    ]
    assert list(row.values())[3:10] == ["1", "mean", "1000", "77", "0.9", "0.5", "0.9"]


def test_every_trial_is_a_row_and_says_why_it_has_no_score(search_run):
    keep(search_run, 1, [0.7])
    rows = table(search_run)
    assert [row["state"] for row in rows] == ["complete", "complete", "complete", "cached", "pruned"]
    assert rows[4]["reason"] == "the loss became 'nan'"
    assert rows[4]["val_accuracy 1"] == ""


def test_a_repeat_shows_the_epochs_of_what_it_repeats(search_run, board):
    board["trials"][3]["source"] = 1
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    keep(search_run, 1, [0.7])
    assert table(search_run)[3]["val_accuracy 1"] == "0.7"


def test_a_trial_that_was_taken_over_shows_the_epochs_that_another_search_knows(search_run, board, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    keep(other, 7, [0.6, 0.8])
    board["trials"][0]["taken_from"] = str(other / "trials" / "7")
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    row = table(search_run)[0]
    assert (row["val_accuracy 1"], row["val_accuracy 2"]) == ("0.6", "0.8")


def test_a_search_that_has_no_trial_yet_has_an_empty_table(search_run, board):
    (search_run / "leaderboard.json").write_text(json.dumps({**board, "trials": [], "best": None, "front": []}))
    assert table(search_run) == []


def test_a_table_that_cannot_be_written_is_said(search_run):
    (search_run / "leaderboard.csv").mkdir()
    with pytest.raises(SearchError, match=r"leaderboard.csv' cannot be written: .*Make the folder writable"):
        write_report(search_run)
