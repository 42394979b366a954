from __future__ import annotations

import json

import pytest

from fractalgen.errors import SearchError
from fractalgen.search import Job
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.spec.data import Data

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


@pytest.mark.parametrize("content", [None, b"", b"torn"])
def test_a_job_without_whole_weights_is_not_published(job, tmp_path, content):
    if content is not None:
        (tmp_path / "weights.safetensors").write_bytes(content)
    assert TrainEvaluation().publish(job, tmp_path / "best") is None
    assert not (tmp_path / "best").exists()


def test_a_search_without_data_is_refused():
    with pytest.raises(SearchError, match="the search has no data to train on"):
        TrainEvaluation().digest(None)
