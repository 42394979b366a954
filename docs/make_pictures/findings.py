"""Pictures of what analyses found: from `benchmarks/results/analyses.json`, means over seeds."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

from fractalgen.analyses import Line, Plot
from fractalgen.report.findings_picture import picture

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "analyses.json"
Runs = list[dict[str, Any]]
PROBES = ("linear_probes", "linear_probes_bypassed", "linear_probes_fractal")
PLANTED = "massive_activations_planted"
KINDS = {"trained": "trained", "control": "not trained"}
SIZES = {"largest": "largest", "third": "third largest", "median": "median"}


def findings() -> dict[str, str]:
    """Return name -> the picture, as SVG."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    drawn = {name: picture(errors(found[name]["runs"])) for name in PROBES}
    return {**drawn, PLANTED: picture(magnitudes(found[PLANTED]["runs"]))}


def errors(runs: Runs) -> Plot:
    """Return the error of probes over depth, of trained networks and of their controls."""
    lines = tuple(line(runs, kind, "error", title, 100) for kind, title in KINDS.items())
    return Plot("layers up to the point", "error of the probe, %", lines)


def magnitudes(runs: Runs) -> Plot:
    """Return magnitudes over depth, of trained networks."""
    lines = tuple(line(runs, "trained", size, title, 1) for size, title in SIZES.items())
    return Plot("layers up to the point", "magnitude", lines, log=True)


def line(runs: Runs, kind: str, figure: str, title: str, scale: float) -> Line:
    """Return the mean of a figure at each point."""
    tables = [run[kind]["rows"] for run in runs]
    return Line(
        title,
        tuple(
            (float(rows[0]["depth"]), scale * fmean(row[figure] for row in rows), rows[0]["point"].rpartition(".")[2])
            for rows in zip(*tables, strict=True)
        ),
    )
