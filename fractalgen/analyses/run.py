"""One analysis, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from fractalgen.analyses import ANALYSES, Analysis
from fractalgen.analyses.findings import Findings
from fractalgen.ir.parts import make

if TYPE_CHECKING:
    from fractalgen.analyses.subject import Subject


@dataclass(frozen=True)
class Record:
    """Findings with what they are of.

    Attributes:
        name: Of the analysis.
        options: Its options, by name.
        subject: What was analysed, as plain values.
        findings: What was found.
    """

    name: str
    options: Mapping[str, Any]
    subject: Mapping[str, Any]
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {
            "analysis": self.name,
            "options": dict(self.options),
            "subject": dict(self.subject),
            **self.findings.as_dict(),
        }


def make_analysis(name: str, options: Mapping[str, Any]) -> Analysis:
    """Return an analysis with its options checked.

    Raises:
        UnknownNameError: there is no such analysis, or it has no such option.
        ParameterError: an option has the wrong type or lies outside its range.
    """
    return make(ANALYSES.get(name), name, options)


def analyse(name: str, analysis: Analysis, subject: Subject) -> Record:
    """Return what an analysis finds, with what it is of."""
    findings = analysis.run(subject)
    return Record(name, asdict(analysis), subject.as_dict(), findings)
