"""Accuracy over cost: what a network answers when it may stop at a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fractalgen.training.evaluation.sections import SectionScore


@dataclass(frozen=True)
class AnytimePoint:
    """One choice.

    Attributes:
        name: `column 2` or `whole`.
        macs: Multiply-accumulates for one sample.
        latency_ms: Median milliseconds for one sample.
        accuracy: Share that is right, with the running statistics of the training.
        recalibrated_accuracy: The same with recalibrated batch norm; None where that was not measured.
        on_front: Whether every cheaper choice is right less often.
    """

    name: str
    macs: int
    latency_ms: float
    accuracy: float
    recalibrated_accuracy: float | None
    on_front: bool


def anytime_curve(scores: Sequence[SectionScore]) -> tuple[AnytimePoint, ...]:
    """Return the choices by their MACs."""
    points: list[AnytimePoint] = []
    for score in sorted(scores, key=lambda score: (score.costs.macs, -score.raw.accuracy)):
        best = max((point.accuracy for point in points), default=-1.0)
        again = None if score.recalibrated is None else score.recalibrated.accuracy
        accuracy = score.raw.accuracy
        latency_ms = score.costs.single.median_ms
        points.append(AnytimePoint(score.name, score.costs.macs, latency_ms, accuracy, again, accuracy > best))
    return tuple(points)
