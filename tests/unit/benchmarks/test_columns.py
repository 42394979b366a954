"""The comparison of batch-norm statistics: its training set, and how its table sums up."""

import importlib.util
from pathlib import Path

import pytest
import torch

from fractalgen.spec import load
from fractalgen.spec.data import Data
from fractalgen.training import load_data

FILE = Path(__file__).parents[3] / "benchmarks" / "columns.py"


@pytest.fixture(scope="module")
def columns():
    found = importlib.util.spec_from_file_location("columns_benchmark", FILE)
    module = importlib.util.module_from_spec(found)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(FILE.parent)
        found.loader.exec_module(module)
    return module


def run(choice, seed, accuracies):
    names = ("column 1", "column 2", "whole")
    rows = [
        {"name": name, "macs": 1, "accuracy": accuracy, "recalibrated_accuracy": accuracy + 0.01}
        for name, accuracy in zip(names, accuracies, strict=True)
    ]
    return {"batch_norm": choice, "seed": seed, "sections": rows}


def test_trainings_take_the_first_images_and_their_labels(columns):
    data = load_data(Data(source="synthetic", count=100, shape=(3, 4, 4)))
    few = columns.limited(data.train, 10)
    assert len(few) == 10
    for part, whole in zip(few.batch(slice(None)), data.train.batch(slice(10)), strict=True):
        assert torch.equal(part, whole)


def test_the_spec_has_both_choices_and_four_columns(columns):
    for choice in columns.CHOICES:
        spec = load(columns.SPEC, [f"drop_path.batch_norm={choice}"]).first()
        assert spec.drop_path.batch_norm == choice
        assert (spec.drop_path.rate, spec.drop_path.global_) == (0.15, 0.5)


def test_the_table_gives_mean_and_range_over_seeds_and_the_gap_of_each_seed(columns):
    runs = [run("shared", 0, (0.3, 0.4, 0.5)), run("shared", 1, (0.5, 0.4, 0.5)), run("per_column", 0, (0.4, 0.5, 0.4))]
    lines = columns.table(runs).splitlines()
    assert len(lines) == 2 + 2 * 2
    assert {line.count("|") for line in lines} == {6}
    shared = (
        "| shared, as trained | 40.0 (30.0 to 50.0) | 40.0 (40.0 to 40.0) | 50.0 (50.0 to 50.0) | 5.0 (0.0 to 10.0) |"
    )
    assert shared in lines
    assert lines[-1].endswith("| 51.0 (51.0 to 51.0) | 41.0 (41.0 to 41.0) | -10.0 (-10.0 to -10.0) |")
