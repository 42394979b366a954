from __future__ import annotations

import pytest

from fractalgen.errors import SearchError
from fractalgen.report import read_training_run
from fractalgen.search.results.leaderboard import short_names


def test_a_run_without_its_record_is_an_error(tmp_path):
    with pytest.raises(SearchError, match="cannot be read: No such file"):
        read_training_run(tmp_path)


def test_a_record_names_the_key_that_is_wrong(training_run):
    (training_run / "metrics.json").write_text('{"epochs": [{"train_loss": "low"}]}')
    with pytest.raises(SearchError, match=r"is not a record of a run: epochs\[0\].train_loss cannot be 'low'"):
        read_training_run(training_run)


def test_a_training_run_is_read_as_it_was_written(training_run):
    run = read_training_run(training_run)
    assert [epoch.train_loss for epoch in run.epochs] == [2, 1, pytest.approx(2 / 3)]
    assert [column.accuracy for column in run.columns] == [0.71, 0.83]


def test_holes_are_called_by_the_shortest_end_that_tells_them_apart():
    holes = ["body.stem.width", "body.head.width", "body.columns"]
    assert short_names(holes) == ["stem.width", "head.width", "columns"]
