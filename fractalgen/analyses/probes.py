"""Linear probes: what a linear classifier makes of the values inside a network (Alain, Bengio, arXiv 1610.01644)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.analyses._base import Analysis
from fractalgen.analyses.findings import Findings, Line, Plot
from fractalgen.analyses.points import find_points
from fractalgen.analyses.ranks import spearman
from fractalgen.errors import TrainError
from fractalgen.ir.parts import field

if TYPE_CHECKING:
    from fractalgen.analyses.subject import Subject


@dataclass(frozen=True)
class ProbeRow:
    """The probe at one point.

    Attributes:
        point: Its name.
        depth: Layers on the longest way to it, its own among them.
        features: How many numbers the probe sees of a sample.
        train_error: Share of the training samples that is wrong.
        error: Share of the validation samples that is wrong.
        converged: Whether the probe is at its optimum.
    """

    point: str
    depth: int
    features: int
    train_error: float
    error: float
    converged: bool


@dataclass(frozen=True)
class Probes(Analysis):
    """Linear probes: the error of a linear classifier on the values at each point."""

    at: str = ""
    """Values to look at."""
    features: Literal["pooled", "flattened"] = "pooled"
    """What a probe sees of an image or a sequence: the mean over its places, or every number of it."""
    penalty: float = field(1.0, minimum=1e-9)
    """Of the squared weights of a probe."""
    samples: int = field(5000, minimum=10)
    """Training samples, and validation samples, at most."""

    def run(self, subject: Subject) -> Findings:
        """Return the error of a probe at each point, trained on training and scored on validation samples."""
        from fractalgen.analyses.interventions import score_of
        from fractalgen.analyses.linear_classifier import linear_classifier
        from fractalgen.analyses.probe_features import collect

        _check_task(subject)
        points = find_points(subject.network.graph, self.at)
        seen, classes = collect(subject, points, "train", self.samples, self.features)
        held_out, answers = collect(subject, points, "validation", self.samples, self.features)
        rows = []
        for point, train, validation in zip(points, seen, held_out, strict=True):
            score = linear_classifier((train, classes), (validation, answers), self.penalty)
            rows.append(
                ProbeRow(point.name, point.depth, train.shape[1], score.train_error, score.error, score.converged)
            )
        figures = {
            "points": len(rows),
            "spearman": spearman([row.depth for row in rows], [row.error for row in rows]),
            "network_error": 1 - score_of(subject, self.samples).accuracy,
            "chance_error": _chance_error(classes.tolist(), answers.tolist()),
            "train_targets": len(classes),
            "validation_targets": len(answers),
        }
        return Findings(tuple(rows), _plot(tuple(rows)), figures, _notes(self, tuple(rows)))


def _check_task(subject: Subject) -> None:
    task = subject.spec.train.task.name
    if task != "classification":
        raise TrainError(
            f"linear probes tell classes apart, and the task is {task}", "Probe a network that classifies."
        )


def _chance_error(classes: list[int], answers: list[int]) -> float:
    """Return the error of always saying the most frequent class."""
    ((likeliest, _),) = Counter(classes).most_common(1)
    return 1 - answers.count(likeliest) / len(answers)


def _notes(options: Probes, rows: tuple[ProbeRow, ...]) -> tuple[str, ...]:
    late = [row.point for row in rows if not row.converged]
    told = [f"features are {options.features}; spearman is of depth and error, -1 where every layer lowers it"]
    if late:
        told.append(f"not at their optimum: {', '.join(late)}; a larger penalty helps")
    return tuple(told)


def _plot(rows: tuple[ProbeRow, ...]) -> Plot:
    lines = (
        Line("validation samples", tuple((float(row.depth), 100 * row.error, row.point) for row in rows)),
        Line("training samples", tuple((float(row.depth), 100 * row.train_error, row.point) for row in rows)),
    )
    return Plot("layers up to the point", "error of the probe, %", lines)
