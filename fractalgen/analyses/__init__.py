"""Module, data -> findings.

What goes on inside a network: one file an analysis, named in this table. The table imports no torch, so that names and
options are checked without.
"""

from fractalgen.analyses._base import Analysis
from fractalgen.analyses.findings import Findings, Line, Plot
from fractalgen.registry import Registry

ANALYSES: Registry[type[Analysis]] = Registry(
    "analysis",
    {
        "activations": "fractalgen.analyses.activations:Activations",
        "gain": "fractalgen.analyses.gain:Gain",
        "probes": "fractalgen.analyses.probes:Probes",
    },
    plural="analyses",
)

__all__ = ["ANALYSES", "Analysis", "Findings", "Line", "Plot"]
