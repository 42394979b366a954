"""`metrics.json` of a training run as a value."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from fractalgen.report.records import Record
from fractalgen.run_files import METRICS
from fractalgen.search.results.records import read_record


class Epoch(Record):
    """What was measured after one epoch; a figure that was not is None."""

    train_loss: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    seconds: float = 0.0


class ColumnScore(Record):
    """One column alone, counted from 1 for the shallowest."""

    index: int
    accuracy: float
    depth: int | None = None
    parameters: int | None = None
    macs: int | None = None
    latency_ms: float | None = None


class Guards(Record):
    """What was found wrong in a run, a sentence each."""

    problems: tuple[str, ...] = ()


class TrainingRun(Record):
    """A training run.

    Attributes:
        name: The name of the spec.
        epochs: One record an epoch.
        test_accuracy: On the test images; None before the end.
        columns: Each column alone, on the test images.
        guards: What was checked because it goes wrong silently.
    """

    name: str = ""
    epochs: tuple[Epoch, ...] = Field(min_length=1)
    test_accuracy: float | None = None
    columns: tuple[ColumnScore, ...] = ()
    guards: Guards = Guards()


def read_training_run(folder: Path) -> TrainingRun:
    """Return what a training run left in its folder.

    Raises:
        SearchError: the folder holds no `metrics.json`, or one that cannot be understood.
    """
    return read_record(folder / METRICS, TrainingRun)
