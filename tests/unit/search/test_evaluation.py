from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import torch

from fractalgen import training
from fractalgen.errors import OutOfMemoryError, SearchError
from fractalgen.search import Job
from fractalgen.search.attempt import evaluate
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.spec.data import Data
from fractalgen.training.tasks import Classification

DIGITS = Data(source="digits")
SPEC = """
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: 2, unit: {conv_bn_relu: {out: 4}}}}, global_avg_pool, {linear: {out: 10}}]}
train: {epochs: 2, batch: 256}
"""


@pytest.fixture
def job(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC)
    return Job(0, tmp_path, DIGITS, threads=1)


def test_a_run_reports_every_epoch_and_every_metric(job):
    reports = []
    result = TrainEvaluation().run(job, reports.append)
    assert [(report.epoch, report.epochs) for report in reports] == [(1, 2), (2, 2)]
    assert set(result.metrics) == set(TrainEvaluation().metrics)
    assert len(result.history) == 2
    assert json.dumps(result.metrics)


def test_the_latency_is_measured_when_it_is_asked_for_and_changes_nothing(job, tmp_path):
    reports = []
    evaluation = TrainEvaluation(latency=True)
    result = evaluation.run(job, reports.append)
    assert set(result.metrics) == set(evaluation.metrics)
    assert result.metrics["latency_ms"] > 0
    assert {report.metrics["latency_ms"] for report in reports} == {result.metrics["latency_ms"]}
    plain = TrainEvaluation().run(replace(job, folder=copied(job, tmp_path)), lambda _: None)
    assert plain.metrics["val_loss"] == result.metrics["val_loss"]


def copied(job, tmp_path):
    other = tmp_path / "plain"
    other.mkdir()
    (other / "spec.yaml").write_text(job.spec_file.read_text())
    return other


def test_a_run_again_in_another_folder_gives_the_same_score(job, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "spec.yaml").write_text(SPEC)
    first = TrainEvaluation().run(job, lambda _: None)
    second = TrainEvaluation().run(Job(7, other, DIGITS, threads=1), lambda _: None)
    assert first.history == second.history


def test_a_trained_job_is_published_with_weights_and_source(job, tmp_path):
    TrainEvaluation().run(job, lambda _: None)
    accuracy = TrainEvaluation().publish(job, tmp_path / "best")
    assert 0 <= accuracy <= 1
    assert {file.name for file in (tmp_path / "best").iterdir()} >= {"weights.safetensors", "network.py"}


def test_the_guards_of_a_run_are_part_of_its_result(job):
    (job.folder / "spec.yaml").write_text(SPEC + "drop_path: {rate: 0.3}\n")
    guards = TrainEvaluation().run(job, lambda _: None).guards
    assert (guards["noise_declared"], guards["noise_observed"], guards["problems"]) == (True, True, [])
    assert json.loads(json.dumps(guards)) == guards


def test_half_the_batch_at_a_time_keeps_the_batch(job, monkeypatch):
    seen = []
    monkeypatch.setattr(training, "fit", lambda network, recipe, *_: seen.append(recipe) or 1 / 0)
    for parts in (1, 2):
        with pytest.raises(ZeroDivisionError):
            TrainEvaluation().run(replace(job, parts=parts), lambda _: None)
    assert [(recipe.batch, recipe.accumulate) for recipe in seen] == [(256, 1), (256, 2)]


def test_a_batch_that_cannot_be_halved_is_infeasible(job):
    job.spec_file.write_text(SPEC.replace("256", "255"))
    with pytest.raises(OutOfMemoryError, match="a batch of 255 cannot be split into 2 equal parts"):
        TrainEvaluation().run(replace(job, parts=2), lambda _: None)


def test_a_training_that_lacks_memory_is_tried_with_half_the_batch_at_a_time(job, monkeypatch):
    loss = Classification.loss

    def full_above_128(task, outputs, inputs, targets):
        if len(inputs) > 128:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return loss(task, outputs, inputs, targets)

    monkeypatch.setattr(Classification, "loss", full_above_128)
    result = evaluate(TrainEvaluation(), job, lambda _: True)
    assert result.metrics["val_accuracy"] > 0
    assert len(result.mishaps) == 1
    assert re.search("memory of the .* is full at a batch of 256.*half the batch at a time", result.mishaps[0])


def test_a_run_that_goes_on_reports_the_epochs_of_its_checkpoint_again(job):
    class Killed(BaseException):
        pass

    def die(report):
        raise Killed

    with pytest.raises(Killed):
        TrainEvaluation().run(job, die)
    reports = []
    TrainEvaluation().run(job, reports.append)
    assert [report.epoch for report in reports] == [1, 2]


@pytest.mark.parametrize("content", [None, b"", b"torn"])
def test_a_job_without_whole_weights_is_not_published(job, tmp_path, content):
    if content is not None:
        (tmp_path / "weights.safetensors").write_bytes(content)
    assert TrainEvaluation().publish(job, tmp_path / "best") is None
    assert not (tmp_path / "best").exists()


def test_a_search_without_data_is_refused():
    with pytest.raises(SearchError, match="the search has no data to train on"):
        TrainEvaluation().digest(None)
