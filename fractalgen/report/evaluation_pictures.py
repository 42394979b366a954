"""Evaluation -> pictures."""

from __future__ import annotations

from collections.abc import Callable

from fractalgen.report.evaluation_record import AnytimePoint, EvaluationRecord, Quality
from fractalgen.visualize import Axis
from fractalgen.visualize.heat_map import heat_map
from fractalgen.visualize.reliability import Bar, reliability
from fractalgen.visualize.tracks import Stop, Track, tracks


def anytime(found: EvaluationRecord) -> str:
    """Return accuracy over MACs, a point for each column and for the whole network."""
    return _anytime(found, Axis("MACs", log=True), lambda point: point.macs)


def anytime_latency(found: EvaluationRecord) -> str:
    """Return accuracy over the time for one sample."""
    return _anytime(found, Axis("ms for one sample", log=True), lambda point: point.latency_ms)


def calibration(found: EvaluationRecord) -> str:
    """Return accuracy over confidence, of the whole network."""
    return _reliability(found.full)


def confusion(found: EvaluationRecord) -> str:
    """Return what the whole network took for what; nothing where that was not kept."""
    if found.confusion is None:
        return ""
    names = found.classes or tuple(map(str, range(len(found.confusion))))
    return heat_map(found.confusion, names, "what it is", "what the network says")


def _anytime(found: EvaluationRecord, axis: Axis, cost: Callable[[AnytimePoint], float]) -> str:
    points = sorted((point for point in found.anytime if cost(point) > 0), key=cost)
    if not points:
        return ""
    lines = [Track("statistics of the training", tuple(Stop(cost(p), 100 * p.accuracy, p.name) for p in points))]
    again = [
        Stop(cost(p), 100 * p.recalibrated_accuracy, p.name) for p in points if p.recalibrated_accuracy is not None
    ]
    if again:
        lines.append(Track("recalibrated", tuple(again)))
    return tracks(lines, axis, Axis("accuracy, %"))


def _reliability(found: Quality) -> str:
    return reliability([Bar(each.low, each.high, each.count, each.accuracy) for each in found.reliability])


PICTURES: dict[str, Callable[[EvaluationRecord], str]] = {
    "anytime.svg": anytime,
    "reliability.svg": calibration,
    "confusion.svg": confusion,
}
"""Files that are kept beside the weights, and what draws them."""
