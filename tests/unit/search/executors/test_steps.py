from __future__ import annotations

import threading
from pathlib import Path

from fractalgen.search import EpochReport, Job, Result
from fractalgen.search.executors._steps import Steps

JOB = Job(0, Path())


class Epochs:
    """Reports some epochs, waiting before the last."""

    metrics = ("val_accuracy",)

    def __init__(self, epochs):
        self.epochs = epochs
        self.gate = threading.Event()
        self.finished = False

    def run(self, _, report):
        for epoch in range(1, self.epochs + 1):
            if epoch == self.epochs:
                self.gate.wait(5)
            report(EpochReport(epoch, self.epochs, {"val_accuracy": epoch / 10}))
        self.finished = True
        return Result({"val_accuracy": 1.0})


def test_steps_pass_on_every_epoch_in_order_and_then_the_result():
    evaluation = Epochs(4)
    steps = Steps(evaluation, JOB)
    evaluation.gate.set()
    reports, result = [], None
    while result is None:
        news, result = steps.next()
        reports += news
    assert [report.epoch for report in reports] == [1, 2, 3, 4]
    assert result.metrics == {"val_accuracy": 1.0}


def test_an_abandoned_evaluation_ends_at_its_next_report():
    evaluation = Epochs(2)
    steps = Steps(evaluation, JOB)
    steps.next()
    threading.Timer(0.05, evaluation.gate.set).start()
    steps.abandon()
    assert not evaluation.finished


def test_an_error_in_an_evaluation_is_its_result():
    class Broken(Epochs):
        def run(self, *_):
            raise ValueError("no weights")

    assert Steps(Broken(1), JOB).next()[1].reason == "ValueError: no weights"
