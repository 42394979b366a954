"""The evaluation that looks a network up instead of training it, epoch by epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fractalgen.passes import expand, facts
from fractalgen.search import EpochReport, Job, Result
from fractalgen.search.job import Report
from fractalgen.spec.load import load_text

from .table import FILE, Reading, Table, load

METRICS = ("train_loss", "val_accuracy", "val_loss")


@dataclass(frozen=True)
class Lookup:
    """Answers with the training of one seed.

    Attributes:
        seed: Of the training.
        file: The table.
    """

    seed: int
    file: Path = FILE

    @property
    def metrics(self) -> tuple[str, ...]:
        """What the table knows, and how long the epochs took when they were trained."""
        return (*METRICS, "seconds")

    @property
    def keeps_weights(self) -> bool:
        """Whether there are weights: none."""
        return False

    def digest(self, data: Any) -> str:
        """Return what the table was made of, and the seed."""
        del data  # the table was trained on its own
        return f"{table_of(self.file).made['of']} {self.seed}"

    def run(self, job: Job, report: Report) -> Result:
        """Report what the table says after each epoch, as if it were trained."""
        began = time.monotonic()
        table = table_of(self.file)
        readings = table.find(fingerprint(job.spec_file.read_text())).trainings[self.seed]
        history = []
        for reading in readings:
            history.append(figures(reading))
            report(EpochReport(reading.epoch, table.epochs, history[-1]))
        metrics = {**history[-1], "seconds": sum(reading.seconds for reading in readings)}
        return Result(metrics, seconds=time.monotonic() - began, history=tuple(history))

    def publish(self, job: Job, best: Path) -> float | None:
        """Return the accuracy on the test images of the training that won; there are no weights to write."""
        best.mkdir(parents=True, exist_ok=True)
        known = table_of(self.file, with_test=True).find(fingerprint(job.spec_file.read_text()))
        return known.trainings[self.seed][-1].test_accuracy


def figures(reading: Reading) -> dict[str, float]:
    """Return what a trial reports after an epoch."""
    return {name: float(getattr(reading, name)) for name in METRICS}


@lru_cache(maxsize=4)
def table_of(file: Path, *, with_test: bool = False) -> Table:
    """Return the table in `file`, read once."""
    return load(file, with_test=with_test)


@lru_cache(maxsize=4096)
def fingerprint(text: str) -> str:
    """Return the fingerprint of a plain spec."""
    return facts(expand(load_text(text))).fingerprint
