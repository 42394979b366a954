"""`evaluation.json` of a trained network as a value."""

from __future__ import annotations

from pathlib import Path

from fractalgen.report.records import Record
from fractalgen.report.training_run import Guards
from fractalgen.search.results.records import read_record

FILE = "evaluation.json"


class Bin(Record):
    """The answers whose confidence lies between `low` and `high`."""

    low: float
    high: float
    count: int
    accuracy: float


class Quality(Record):
    """How well something classifies."""

    accuracy: float
    loss: float
    calibration_error: float
    reliability: tuple[Bin, ...]


class Section(Quality):
    """The whole network, or one column, with what an answer costs; times are of one sample and of a batch."""

    index: int | None = None
    recalibrated: Quality | None = None
    macs: int
    parameters: int
    latency_ms: float
    latency_p95_ms: float
    batch: int
    batch_latency_ms: float
    batch_latency_p95_ms: float

    @property
    def name(self) -> str:
        """What tables call it."""
        return "whole" if self.index is None else f"column {self.index}"


class AnytimePoint(Record):
    """One choice of an anytime answer."""

    name: str
    macs: int
    latency_ms: float
    accuracy: float
    recalibrated_accuracy: float | None = None


class Recalibration(Record):
    """Training batches that batch norm was measured on again, and their size."""

    batches: int
    batch: int


class EvaluationRecord(Record):
    """An evaluation; see `fractalgen.training.Evaluation`."""

    name: str = ""
    split: str
    samples: int
    recalibration: Recalibration | None = None
    device: str
    threads: int
    full: Section
    columns: tuple[Section, ...] = ()
    anytime: tuple[AnytimePoint, ...] = ()
    classes: tuple[str, ...] | None = None
    confusion: tuple[tuple[int, ...], ...] | None = None
    guards: Guards = Guards()


def read_evaluation(folder: Path) -> EvaluationRecord | None:
    """Return the evaluation in a folder; None where there is none.

    Raises:
        SearchError: it cannot be understood.
    """
    return read_record(folder / FILE, EvaluationRecord) if (folder / FILE).is_file() else None
