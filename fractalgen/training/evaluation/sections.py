"""A whole network and its columns, each scored alone, as it is and with recalibrated batch norm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fractalgen.compiler import Network
from fractalgen.compiler.section import Section
from fractalgen.passes.facts import Facts
from fractalgen.training.evaluation.calibration import Bin, calibration_error, reliability
from fractalgen.training.evaluation.predictions import Predictions, predict
from fractalgen.training.latency import Latency, latency
from fractalgen.training.samples import Samples

SEED = 0
"""Of the training samples that batch norm is recalibrated on."""


@dataclass(frozen=True)
class Quality:
    """How well something classifies.

    Attributes:
        accuracy: Share that is right, 0 to 1.
        loss: Mean cross-entropy.
        calibration_error: Expected calibration error, 0 to 1.
        reliability: Accuracy by confidence.
    """

    accuracy: float
    loss: float
    calibration_error: float
    reliability: tuple[Bin, ...]


@dataclass(frozen=True)
class Costs:
    """What an answer costs, for one sample.

    Attributes:
        macs: Multiply-accumulates.
        parameters: Learned numbers that are read.
        single: Time of a pass over one sample.
        batched: Time of a pass over a batch.
    """

    macs: int
    parameters: int
    single: Latency
    batched: Latency


@dataclass(frozen=True)
class SectionScore:
    """The whole network, or one column with the network's head.

    Attributes:
        index: The column, from 1 for the shallowest; None for the whole network.
        raw: With the running statistics of the training.
        recalibrated: With statistics from training samples, measured afterwards; None where it has none, or on request.
        costs: What an answer costs.
    """

    index: int | None
    raw: Quality
    recalibrated: Quality | None
    costs: Costs

    @property
    def name(self) -> str:
        """What tables call it."""
        return "whole" if self.index is None else f"column {self.index}"

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        single, batched = self.costs.single, self.costs.batched
        return {
            **({} if self.index is None else {"index": self.index}),
            **asdict(self.raw),
            "recalibrated": None if self.recalibrated is None else asdict(self.recalibrated),
            "macs": self.costs.macs,
            "parameters": self.costs.parameters,
            "latency_ms": single.median_ms,
            "latency_p95_ms": single.p95_ms,
            "batch": batched.batch,
            "batch_latency_ms": batched.median_ms,
            "batch_latency_p95_ms": batched.p95_ms,
        }


@dataclass(frozen=True, eq=False)
class Scorer:
    """Scores sections of one network.

    Attributes:
        samples: What they answer.
        batch: Samples a pass.
        recalibration: Returns the batches of training samples that batch norm is recalibrated on; None not to.
    """

    samples: Samples
    batch: int
    recalibration: Callable[[], Iterable[Tensor]] | None

    def score(self, section: Section, index: int | None, known: Facts) -> tuple[SectionScore, Predictions]:
        """Return the figures of a section, and what it answered before it was recalibrated."""
        facts = known if index is None else known.columns[index - 1]
        inputs = self.samples.batch(slice(self.batch))[0]
        costs = Costs(facts.macs, facts.parameters, latency(section, inputs[:1]), latency(section, inputs))
        found = predict(section, self.samples, self.batch)
        return SectionScore(index, _quality(found), self._recalibrated(section), costs), found

    def _recalibrated(self, section: Section) -> Quality | None:
        if self.recalibration is None or not has_batch_norm(section):
            return None
        section.recalibrate(self.recalibration())
        return _quality(predict(section, self.samples, self.batch))


def sections(network: Network, *, columns: bool) -> Iterator[tuple[int | None, Section]]:
    """Return the whole network, then each column where it has several; all share its weights."""
    yield None, network.between()
    if columns:
        yield from enumerate(network.columns(), 1)


def has_batch_norm(module: nn.Module) -> bool:
    """Whether a module has running statistics."""
    return any(isinstance(each, nn.BatchNorm2d) for each in module.modules())


def training_batches(train: Samples, count: int, batch: int) -> Callable[[], Iterator[Tensor]]:
    """Return what makes `count` whole batches of training samples as they are, the same each time.

    There are fewer where the samples do not suffice, but one.
    """
    whole = max(1, min(count, len(train) // batch))
    chosen = torch.randperm(len(train), generator=torch.Generator().manual_seed(SEED))[: whole * batch]

    def batches() -> Iterator[Tensor]:
        for start in range(0, len(chosen), batch):
            yield train.batch(chosen[start : start + batch].to(train.device))[0]

    return batches


def _quality(found: Predictions) -> Quality:
    bins = reliability(found)
    return Quality(found.accuracy, found.loss, calibration_error(bins), bins)
