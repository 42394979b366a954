"""Evaluation of a whole run: figures that can be checked by hand, both kinds of statistics, and what is read."""

import json
import math

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.saved import load_saved
from fractalgen.errors import TrainError
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.training import EvaluationOptions, FitOptions, evaluate, evaluate_saved, fit, latency, load_data
from fractalgen.training.dataset import Dataset
from fractalgen.training.evaluation.anytime import anytime_curve
from fractalgen.training.evaluation.calibration import BINS, calibration_error, reliability
from fractalgen.training.evaluation.confusion import confusion
from fractalgen.training.evaluation.predictions import Predictions, predict
from fractalgen.training.evaluation.sections import Costs, Quality, SectionScore, training_batches
from fractalgen.training.latency import FEWEST, Latency

SPEC = """
name: small
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 3, unit: {UNIT: {out: 6}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: 0.2, global: 0.5}
train: {epochs: 2, batch: 64, lr: 0.2}
data: {source: digits}
"""


def trained(folder, unit="conv_bn_relu"):
    spec = load_text(SPEC.replace("UNIT", unit))
    fit(compile_graph(expand(spec), spec.drop_path), spec.train, load_data(spec.data), FitOptions(out=folder))
    (folder / "spec.yaml").write_text(spec.to_yaml())
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def found(run):
    return evaluate_saved(run)


def answers(labels, predicted, confidence):
    return Predictions(torch.tensor(labels), torch.tensor(predicted), torch.tensor(confidence), 0.0)


def test_the_calibration_error_is_the_mean_gap_of_confidence_and_accuracy():
    bins = reliability(answers([0, 0, 0, 0], [0, 0, 1, 1], [0.9, 0.9, 0.9, 0.5]))
    assert len(bins) == BINS == 15
    full = [(bin_.count, round(bin_.confidence, 6), round(bin_.accuracy, 6)) for bin_ in bins if bin_.count]
    assert full == [(1, 0.5, 0.0), (3, 0.9, round(2 / 3, 6))]
    # 3 of 4 answers are 0.9 - 2/3 too sure, one is 0.5 too sure.
    assert calibration_error(bins) == pytest.approx((3 * (0.9 - 2 / 3) + 0.5) / 4)


def test_a_network_that_is_right_as_often_as_it_says_has_no_calibration_error():
    assert calibration_error(reliability(answers([0] * 4, [0, 0, 0, 1], [0.75] * 4))) == pytest.approx(0)
    assert calibration_error(reliability(answers([0], [0], [1.0]))) == 0


def test_bins_reach_from_above_their_lower_end_to_their_upper_end():
    bins = reliability(answers([0, 0, 0], [0, 0, 0], [3 / 15, 3.01 / 15, 1.0]))
    assert [index for index, bin_ in enumerate(bins) if bin_.count] == [2, 3, 14]
    assert (bins[2].low, bins[2].high) == (2 / 15, 3 / 15)


def test_rows_of_the_confusion_matrix_are_what_is_right():
    found = answers([0, 0, 2, 1], [0, 1, 2, 0], [1.0] * 4)
    assert confusion(found, 3) == ((1, 1, 0), (1, 0, 0), (0, 0, 1))
    assert confusion(found, 201) is None


def score(index, macs, accuracy):
    quality = Quality(accuracy, 1.0, 0.1, ())
    return SectionScore(index, quality, None, Costs(macs, 1, Latency(1, 1.0, 2.0), Latency(8, 4.0, 5.0)))


def test_the_anytime_curve_goes_by_cost_and_marks_what_nothing_cheaper_reaches():
    curve = anytime_curve([score(None, 40, 0.7), score(2, 20, 0.7), score(1, 10, 0.4), score(3, 30, 0.6)])
    assert [(point.name, point.macs, point.on_front) for point in curve] == [
        ("column 1", 10, True),
        ("column 2", 20, True),
        ("column 3", 30, False),
        ("whole", 40, False),
    ]


def test_latency_knows_its_batch_and_how_slow_the_slow_passes_are():
    calls = []

    class Net(torch.nn.Linear):
        def forward(self, x):
            calls.append(self.training)
            return super().forward(x)

    network = Net(4, 2)
    found = latency(network, torch.zeros(3, 4))
    assert found.batch == 3
    assert 0 < found.median_ms <= found.p95_ms
    assert len(calls) >= FEWEST
    assert not any(calls)
    assert network.training


def test_whole_and_columns_are_scored_as_they_are_and_recalibrated(run, found):
    spec, network = load_saved(run)
    test = load_data(spec.data).final_test()
    assert found.full.raw.accuracy == evaluate(network, test).accuracy
    assert found.full.raw.loss == pytest.approx(evaluate(network, test).loss)
    assert [column.index for column in found.columns] == [1, 2, 3]
    known = facts(network.graph)
    assert [column.costs.macs for column in found.columns] == [column.macs for column in known.columns]
    assert found.full.costs.parameters == known.parameters
    # Columns share the statistics of the joined net, which are not theirs.
    assert all(column.raw != column.recalibrated for column in found.columns)
    assert (found.full.costs.single.batch, found.full.costs.batched.batch) == (1, 359)


def test_recalibration_is_that_of_the_network_on_training_batches(run, found):
    spec, network = load_saved(run)
    data = load_data(spec.data)
    network.recalibrate(training_batches(data.train, 20, 64)())
    assert found.setting.recalibration == (19, 64)
    assert found.full.recalibrated.accuracy == predict(network, data.final_test(), 500).accuracy


def test_recalibration_takes_whole_batches_of_training_samples_and_the_same_each_time():
    data = load_data(Data(source="synthetic", count=100, shape=(1, 4, 4)))
    batches = training_batches(data.train, 3, 20)
    first = torch.cat(list(batches()))
    assert first.shape == (60, 1, 4, 4)
    assert torch.equal(first, torch.cat(list(batches())))
    known = {image.numpy().tobytes() for image in data.train.batch(slice(None))[0]}
    assert all(image.numpy().tobytes() in known for image in first)
    assert [len(batch) for batch in training_batches(data.train, 9, 30)()] == [30, 30]
    assert [len(batch) for batch in training_batches(data.train, 9, 500)()] == [80]


def test_the_weights_in_the_folder_stay_as_they_are(run):
    before = {file: file.read_bytes() for file in run.iterdir()}
    evaluate_saved(run, EvaluationOptions(columns=False))
    assert before == {file: file.read_bytes() for file in run.iterdir()}


def test_the_validation_split_leaves_the_test_set_unread(run, monkeypatch):
    monkeypatch.setattr(Dataset, "final_test", None)
    found = evaluate_saved(run, EvaluationOptions(split="validation", columns=False, recalibrate=0))
    assert (found.setting.split, found.setting.samples) == (
        "validation",
        len(load_data(Data(source="digits")).validation),
    )
    assert [each.of for each in found.guards.repeats] == ["validation"]
    assert (found.columns, found.full.recalibrated, found.setting.recalibration) == ((), None, None)


def test_a_network_without_batch_norm_has_nothing_to_recalibrate(tmp_path):
    found = evaluate_saved(trained(tmp_path, "conv"), EvaluationOptions(columns=False))
    assert (found.full.recalibrated, found.setting.recalibration) == (None, None)


def test_everything_is_json(found):
    document = json.loads(json.dumps(found.as_dict()))
    assert document["full"]["latency_ms"] > 0
    assert document["columns"][0].keys() == {*document["full"], "index"}
    assert [point["name"] for point in document["anytime"]] == ["column 1", "column 2", "column 3", "whole"]
    assert len(document["confusion"]) == len(document["classes"]) == 10
    assert sum(map(sum, document["confusion"])) == document["samples"] == 359
    assert document["guards"]["problems"] == []
    assert sum(bin_["count"] for bin_ in document["full"]["reliability"]) == 359


def test_losses_and_errors_are_numbers(found):
    for each in (found.full, *found.columns):
        for quality in (each.raw, each.recalibrated):
            assert math.isfinite(quality.loss)
            assert 0 <= quality.calibration_error <= 1


def test_other_data_of_another_size_are_refused(run):
    other = Data(source="synthetic", shape=(3, 8, 8))
    with pytest.raises(TrainError, match="the network cannot take the images of the data, 3x8x8"):
        evaluate_saved(run, EvaluationOptions(other))
