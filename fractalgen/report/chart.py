"""A plot of plotly's on a page: data first, drawn in the browser by the library that the page carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fractalgen.report.page import data
from fractalgen.visualize.lettering import escape, shorten

LONGEST = 200.0
"""Room for a name in a plot, in points."""
HOVER = 440.0
"""Room for a line of what a hover tells."""


@dataclass(frozen=True)
class Chart:
    """A plot as plain data, in the form that plotly reads.

    Attributes:
        name: What the page calls it.
        traces: What is drawn.
        layout: Axes and legend; colours come from the page.
        trials: Where a mark holds the number of its trial, so that its picture can be shown.
        low: Whether it is less high than others.
    """

    name: str
    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)
    trials: Literal["", "x", "customdata"] = ""
    low: bool = False

    def html(self) -> str:
        """Return the place of the plot and its data; nothing when there is nothing to draw."""
        if not self.traces:
            return ""
        place = f"chart-{self.name}"
        kind = "chart low" if self.low else "chart"
        marks = f' data-trials="{self.trials}"' if self.trials else ""
        return (
            f'<div class="{kind}" id="{place}" data-from="{place}-data"{marks}></div>'
            f"{data(f'{place}-data', {'data': self.traces, 'layout': self.layout})}"
        )


def library() -> str:
    """Return plotly as JavaScript."""
    from plotly.offline import get_plotlyjs

    # Inside a page no text may look like the end of a script.
    return str(get_plotlyjs()).replace("</script", "<\\/script")


def worded(text: str, room: float = LONGEST) -> str:
    """Return lines for a plot: short, and with what plotly would take for markup as plain text."""
    return "<br>".join(escape(shorten(line, 12, room)) for line in text.split("\n"))
