"""An evaluation in the report of a training run, and beside the weights."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from fractalgen.errors import ExportError, SearchError
from fractalgen.report import write_report
from fractalgen.report.keep_evaluation import keep_evaluation


def quality(accuracy):
    bins = [{"low": 0.8, "high": 0.9, "count": 10, "confidence": 0.85, "accuracy": accuracy}]
    return {"accuracy": accuracy, "loss": 0.5, "calibration_error": 0.0345, "reliability": bins}


def section(accuracy, again, macs, **more):
    times = {"latency_ms": 1.25, "latency_p95_ms": 1.75, "batch_latency_ms": 31.5, "batch_latency_p95_ms": 33.5}
    costs = {"macs": macs, "parameters": 1234, "batch": 64, **times}
    return {**more, **quality(accuracy), "recalibrated": quality(again) if again else None, **costs}


@pytest.fixture
def evaluation():
    points = [("column 1", 1000, 0.625, 0.6875), ("column 2", 2000, 0.75, 0.8125), ("whole", 3000, 0.875, 0.9375)]
    keys = ("name", "macs", "accuracy", "recalibrated_accuracy")
    return {
        "name": "best",
        "split": "test",
        "samples": 16,
        "recalibration": {"batches": 20, "batch": 64},
        "device": "cpu",
        "threads": 2,
        "full": section(0.875, 0.9375, 3000),
        "columns": [section(0.625, 0.6875, 1000, index=1), section(0.75, 0.8125, 2000, index=2)],
        "anytime": [{**dict(zip(keys, point, strict=True)), "latency_ms": point[1] / 1000} for point in points],
        "classes": ["cat", "<owl>"],
        "confusion": [[7, 1], [1, 7]],
        "guards": {"problems": ["evaluation passes differ"]},
    }


def test_the_report_of_a_run_shows_its_evaluation(training_run, evaluation):
    (training_run / "evaluation.json").write_text(json.dumps(evaluation))
    text = write_report(training_run).read_text()
    assert "<td>column 1</td><td>62.50 %</td><td>68.75 %</td><td>0.5000</td><td>3.45 %</td>" in text
    assert "<td>1.25</td><td>1.75</td><td>31.50</td><td>33.50</td>" in text
    assert "On 16 test samples; times on cpu with 2 threads. Recalibrated: batch norm measured again on 20" in text
    assert "<li>evaluation passes differ</li>" in text
    for title in ("Accuracy over MACs", "Accuracy over time", "Calibration", "Confusion"):
        assert f"<h2>{title}</h2>" in text
    assert "&lt;owl&gt;" in text
    assert "<owl>" not in text


def test_what_the_guards_of_a_run_found_is_in_its_report(training_run):
    assert "What the guards found" not in write_report(training_run).read_text()
    metrics = json.loads((training_run / "metrics.json").read_text())
    metrics["guards"] = {"problems": ["no gradient reaches <conv>"]}
    (training_run / "metrics.json").write_text(json.dumps(metrics))
    assert "<li>no gradient reaches &lt;conv&gt;</li>" in write_report(training_run).read_text()


def test_an_evaluation_is_kept_as_data_and_pictures_and_the_report_follows(training_run, evaluation):
    (training_run / "weights.safetensors").write_bytes(b"")
    paths = keep_evaluation(training_run, evaluation)
    names = ["evaluation.json", "anytime.svg", "reliability.svg", "confusion.svg", "report.html"]
    assert [path.name for path in paths] == names
    assert json.loads(paths[0].read_text()) == evaluation
    for path in paths[1:4]:
        ElementTree.fromstring(path.read_text())  # noqa: S314 - written here
    assert "column 2" in paths[1].read_text()
    assert "<h2>Confusion</h2>" in paths[4].read_text()


def test_a_picture_of_an_earlier_evaluation_does_not_stay(training_run, evaluation):
    (training_run / "weights.safetensors").write_bytes(b"")
    keep_evaluation(training_run, evaluation)
    keep_evaluation(training_run, {**evaluation, "confusion": None})
    assert not (training_run / "confusion.svg").exists()
    assert "<h2>Confusion</h2>" not in (training_run / "report.html").read_text()


def test_the_evaluation_of_a_search_lies_beside_its_best_network(search_run, evaluation):
    (search_run / "best" / "weights.safetensors").write_bytes(b"")
    paths = keep_evaluation(search_run, evaluation)
    assert paths[0] == search_run / "best" / "evaluation.json"
    assert not (search_run / "report.html").exists()


def test_a_folder_without_a_network_keeps_nothing(tmp_path, evaluation):
    with pytest.raises(ExportError, match="holds no trained network"):
        keep_evaluation(tmp_path, evaluation)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_named(training_run, evaluation):
    (training_run / "weights.safetensors").write_bytes(b"")
    (training_run / "evaluation.json").mkdir()
    with pytest.raises(SearchError, match="the evaluation cannot be written to .*: it is no file that can be replaced"):
        keep_evaluation(training_run, evaluation)


def test_an_evaluation_that_is_none_is_named(training_run):
    (training_run / "evaluation.json").write_text('{"split": "test"}')
    with pytest.raises(SearchError, match=r"evaluation.json' is not a record of a run: samples is missing"):
        write_report(training_run)
