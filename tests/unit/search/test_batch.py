"""A space run as a batch: enumerated or drawn, each network trained for some epochs, one table, resumable."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from fractalgen.report import finish_search
from fractalgen.search import SearchOptions, run_search
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.spec import load_text

SPACE = """
name: templates of digits
network:
  input: [1, 8, 8]
  body:
    sequence:
      - foreach:
          over: {width: {prefix: {of: [4, 8], length: [1, 2]}}}
          body:
            sequence:
              - fractal:
                  columns: {int: [1, 2]}
                  unit: {sequence: {product: {of: [{conv: {out: $width}}, batch_norm, relu], length: [1, 2], holds: [conv]}}}
              - max_pool
      - flatten
      - linear: {out: 10}
data: digits
train: {epochs: 2, batch: 512, lr: 0.05}
search: {sampler: {random: {order: macs}}, trials: 4, threads: 1}
"""


@dataclass(frozen=True)
class Dies(TrainEvaluation):
    """Trains, notes what it begins, and is interrupted in the third network."""

    log: Path = Path()

    def run(self, job, report):
        with self.log.open("a") as file:
            file.write(f"{job.number}\n")
        if len(self.log.read_text().split()) == 3:
            raise KeyboardInterrupt
        return super().run(job, report)


def test_a_batch_that_was_interrupted_goes_on_with_the_same_networks_and_trains_none_twice(tmp_path):
    spec = load_text(SPACE)
    options = SearchOptions(evaluation=Dies("cpu", log=tmp_path / "log"))
    with pytest.raises(KeyboardInterrupt):
        run_search(spec, tmp_path / "run", options)
    board = run_search(spec, tmp_path / "run", options)
    whole = run_search(spec, tmp_path / "whole", SearchOptions(evaluation=TrainEvaluation("cpu")))
    assert (tmp_path / "log").read_text().split() == ["0", "1", "2", "2", "3"], "the third had not ended"
    assert [row.values for row in board.trials] == [row.values for row in whole.trials]
    macs = [row.metrics["macs"] for row in board.trials]
    assert macs == sorted(macs)
    assert len({row.fingerprint for row in board.trials}) == 4


def test_the_table_of_a_batch_has_each_network_with_its_accuracy_after_each_epoch(tmp_path):
    spec = load_text(SPACE)
    run_search(spec, tmp_path / "run", SearchOptions(trials=2, evaluation=TrainEvaluation("cpu")))
    finish_search(tmp_path / "run")
    with (tmp_path / "run" / "leaderboard.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_accuracy"]) for row in rows] == [float(row["val_accuracy 2"]) for row in rows]
    assert all(row["width"] and row["columns"] and row["sequence"] and row["fingerprint"] for row in rows)
