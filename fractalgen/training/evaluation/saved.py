"""Folder of a run -> its evaluation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from fractalgen.compiler import Network
from fractalgen.compiler.saved import load_saved
from fractalgen.errors import TrainError
from fractalgen.passes import expand, facts
from fractalgen.spec import Spec
from fractalgen.spec.data import Data
from fractalgen.training.dataset import Dataset, load_data
from fractalgen.training.evaluate import BATCH
from fractalgen.training.evaluation.anytime import AnytimePoint, anytime_curve
from fractalgen.training.evaluation.confusion import Confusion, confusion
from fractalgen.training.evaluation.sections import Scorer, SectionScore, has_batch_norm, sections, training_batches
from fractalgen.training.guards import GradientWatch, check_start, missing_ops
from fractalgen.training.guards.repeats import find_repeats
from fractalgen.training.preflight import check_network, choose_device
from fractalgen.training.samples import Samples
from fractalgen.training.score import Guards

PROBE_SAMPLES = 8
RECALIBRATION_BATCHES = 20
CLASSIFIES = "classification"


@dataclass(frozen=True)
class EvaluationOptions:
    """What is evaluated, and how.

    Attributes:
        data: In place of the run's.
        split: `test`, or `validation`, which leaves the test set unread: for everything that may still change.
        columns: Whether each column is evaluated alone as well.
        recalibrate: Training batches, of the recipe's size, that batch norm is recalibrated on; 0 not to.
        batch: Samples a pass.
        device: Where; `auto` is the GPU if there is one.
    """

    data: Data | None = None
    split: Literal["test", "validation"] = "test"
    columns: bool = True
    recalibrate: int = RECALIBRATION_BATCHES
    batch: int = BATCH
    device: Literal["auto", "cpu", "cuda"] = "auto"


@dataclass(frozen=True)
class Setting:
    """Under which circumstances figures were found.

    Attributes:
        split: `test` or `validation`.
        samples: How many it has.
        digest: Of the data.
        recalibration: Training batches that batch norm was recalibrated on, and their size; None if it was not.
        device: `cpu` or `cuda`.
        threads: Of the CPU.
    """

    split: str
    samples: int
    digest: str
    recalibration: tuple[int, int] | None
    device: str
    threads: int

    def as_dict(self) -> dict[str, Any]:
        """Return the circumstances for JSON."""
        batches = self.recalibration and {"batches": self.recalibration[0], "batch": self.recalibration[1]}
        return {
            "split": self.split,
            "samples": self.samples,
            "data_digest": self.digest,
            "recalibration": batches,
            "device": self.device,
            "threads": self.threads,
        }


@dataclass(frozen=True)
class Evaluation:
    """A trained network on samples that it was not trained on.

    Attributes:
        name: Of the spec.
        setting: On what, and where.
        full: The whole network.
        columns: Each column alone; empty when not asked for.
        confusion: What the whole network, as it is, took for what; None for many classes.
        classes: Their names, where the data know them.
        guards: What was checked.
    """

    name: str
    setting: Setting
    full: SectionScore
    columns: tuple[SectionScore, ...]
    confusion: Confusion | None
    classes: tuple[str, ...] | None
    guards: Guards

    @property
    def anytime(self) -> tuple[AnytimePoint, ...]:
        """Accuracy over cost, the cheapest first: what answers within a budget are worth."""
        return anytime_curve((*self.columns, self.full))

    def as_dict(self) -> dict[str, Any]:
        """Return what `evaluation.json` holds."""
        return {
            "name": self.name,
            **self.setting.as_dict(),
            "full": self.full.as_dict(),
            "columns": [column.as_dict() for column in self.columns],
            "anytime": [asdict(point) for point in self.anytime],
            "classes": None if self.classes is None else list(self.classes),
            "confusion": None if self.confusion is None else [list(row) for row in self.confusion],
            "guards": self.guards.as_dict(),
        }


def evaluate_saved(folder: Path, options: EvaluationOptions = EvaluationOptions()) -> Evaluation:
    """Evaluate the network of a run.

    Raises:
        FractalGenError: the folder holds no trained network, or the data do not fit it.
    """
    spec, network = load_saved(folder)
    if options.data is not None:
        spec = spec.with_section("data", options.data)
    if spec.data is None:
        raise TrainError("the spec names no data", "Give --data digits, or `data:` in the spec.")
    if spec.train.task.name != CLASSIFIES:
        raise TrainError(
            f"an evaluation measures classifiers, and the task of the run is {spec.train.task.name}",
            "The figures of the task are in metrics.json.",
        )
    dataset = load_data(spec.data)
    network.to(choose_device(options.device))
    check_network(network, dataset)
    return _evaluate(spec, network, dataset, options)


def _evaluate(spec: Spec, network: Network, dataset: Dataset, options: EvaluationOptions) -> Evaluation:
    test = dataset.final_test() if options.split == "test" else None
    device = next(network.parameters()).device
    samples = (dataset.validation if test is None else test).to(device)
    guards = _check(spec, network, samples)
    size = min(spec.train.batch, len(dataset.train))
    batches = min(options.recalibrate, max(1, len(dataset.train) // size))
    calibrates = batches > 0 and has_batch_norm(network)
    setting = Setting(
        options.split,
        len(samples),
        dataset.digest,
        (batches, size) if calibrates else None,
        device.type,
        torch.get_num_threads(),
    )
    recalibration = training_batches(dataset.train.to(device), batches, size) if calibrates else None
    scorer, known = Scorer(samples, options.batch, recalibration), facts(network.graph)
    (full, found), *columns = [
        scorer.score(section, index, known) for index, section in sections(network, columns=options.columns)
    ]
    return Evaluation(
        spec.name,
        setting,
        full,
        tuple(score for score, _ in columns),
        confusion(found, dataset.classes),
        dataset.class_names(),
        replace(guards, repeats=find_repeats(dataset, test)),
    )


def _check(spec: Spec, network: Network, samples: Samples) -> Guards:
    inputs, labels = samples.batch(slice(PROBE_SAMPLES))
    return replace(
        check_start(network, inputs),
        missing_ops=missing_ops(expand(spec), network, inputs),
        unreached=GradientWatch(network).unreached((inputs, labels)),
    )
