"""Massive activations: few numbers of a hidden state that are far larger than the others (arXiv 2402.17762)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.analyses._base import Analysis
from fractalgen.analyses.findings import Findings, Line, Plot
from fractalgen.analyses.points import find_points
from fractalgen.ir.parts import field

if TYPE_CHECKING:
    from fractalgen.analyses.subject import Subject
    from fractalgen.analyses.tally import Tally

SIZES = {"largest": "largest", "third largest": "third", "median": "median"}
"""What the picture shows -> where a row has it."""


@dataclass(frozen=True)
class ActivationRow:
    """The magnitudes at one point, means over samples.

    Attributes:
        point: Its name.
        depth: Layers on the longest way to it, its own among them.
        largest: The largest magnitude of a sample.
        third: The third largest.
        median: The median.
        massive: Massive activations, in all samples together.
        samples: Samples that have one.
        channels: The channels that hold most of them, the first the most.
        loss: Of the network as it is: mean cross-entropy, or what its task measures.
        zeroed: The loss when each massive activation is set to zero; None where there is none.
        averaged: The loss when each is set to the mean of those of its channel, over samples and places; None as well.
    """

    point: str
    depth: int
    largest: float
    third: float
    median: float
    massive: int
    samples: int
    channels: tuple[int, ...]
    loss: float
    zeroed: float | None
    averaged: float | None


@dataclass(frozen=True)
class Activations(Analysis):
    """Massive activations: the magnitudes at each point, and the loss without the massive ones."""

    at: str = ""
    """Values to look at."""
    above: float = field(100.0, minimum=0)
    """A massive activation is larger than this."""
    ratio: float = field(1000.0, minimum=0)
    """And larger than this times the median magnitude of its sample."""
    samples: int = field(1000, minimum=1)
    """Validation samples, at most."""

    def run(self, subject: Subject) -> Findings:
        """Return the magnitudes at each point, and what the massive ones are worth."""
        from fractalgen.analyses.interventions import score_of, values_at
        from fractalgen.analyses.tally import Tally

        points = find_points(subject.network.graph, self.at)
        tallies = [Tally(point, self.above, self.ratio) for point in points]
        for values, _ in values_at(subject, points, "validation", self.samples):
            for tally, value in zip(tallies, values, strict=True):
                tally.add(value)
        loss = score_of(subject, self.samples).loss
        rows = tuple(self._row(subject, tally, loss) for tally in tallies)
        found = sum(row.massive > 0 for row in rows)
        note = f"massive is above {self.above:g}, and above {self.ratio:,g} times the median magnitude of the sample"
        figures = {"points": len(rows), "points_with_massive": found, "loss": loss}
        return Findings(rows, _plot(rows), figures, (note,))

    def _row(self, subject: Subject, tally: Tally, loss: float) -> ActivationRow:
        from fractalgen.analyses.interventions import loss_with

        zeroed = averaged = None
        if tally.massive:
            zeroed = loss_with(subject, self.samples, tally.point, tally.zeroed)
            averaged = loss_with(subject, self.samples, tally.point, tally.averaged)
        return ActivationRow(
            tally.point.name,
            tally.point.depth,
            *tally.means(),
            tally.massive,
            tally.samples_with_massive,
            tally.channels(),
            loss,
            zeroed,
            averaged,
        )


def _plot(rows: tuple[ActivationRow, ...]) -> Plot:
    lines = tuple(
        Line(name, tuple((float(row.depth), getattr(row, size), row.point) for row in rows))
        for name, size in SIZES.items()
    )
    return Plot("layers up to the point", "magnitude", lines, log=True)
