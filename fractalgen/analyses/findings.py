"""What an analysis gives: data first, a picture is made of them later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """A line of a plot: its name, and points as x, y and what they are called, in the order of x."""

    name: str
    points: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True)
class Plot:
    """What a picture of findings shows.

    Attributes:
        x: The title across.
        y: The title upwards.
        lines: What is drawn.
        log: Whether equal steps upwards are equal factors; points at 0 or below are then left out.
    """

    x: str
    y: str
    lines: tuple[Line, ...]
    log: bool = False


@dataclass(frozen=True)
class Findings:
    """The answer of an analysis.

    Attributes:
        rows: One for each value that was looked at, all of one frozen dataclass.
        plot: What its picture shows.
        figures: What was found over all of them, by name: plain values.
        notes: What a person should know of these findings, a sentence each.
    """

    rows: tuple[Any, ...]
    plot: Plot
    figures: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the findings for JSON."""
        return {
            "figures": dict(self.figures),
            "rows": [asdict(row) for row in self.rows],
            "notes": list(self.notes),
            "plot": asdict(self.plot),
        }
