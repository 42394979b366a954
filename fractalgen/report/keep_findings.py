"""Findings of an analysis -> files."""

from __future__ import annotations

import json
from pathlib import Path

from fractalgen.analyses.run import Record
from fractalgen.atomic import write_text
from fractalgen.compiler.saved import saved_folder
from fractalgen.errors import ExportError
from fractalgen.report.findings_picture import picture

FOLDER = "analyses"
"""Where a run keeps its findings, beside its weights."""


def findings_folder(place: Path, out: Path | None) -> Path | None:
    """Return where findings go: `out`, or the folder of the analyses of a run; None for a spec alone.

    Raises:
        ExportError: `out` is in use, or there is no run.
    """
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ExportError(f"{str(out)!r} exists and is no empty folder", "Give another --out.")
        return out
    return saved_folder(place) / FOLDER if place.is_dir() else None


def keep_findings(folder: Path, record: Record) -> tuple[Path, ...]:
    """Write findings as JSON, and their picture; return the paths. Those of an earlier run of the analysis go.

    Raises:
        ExportError: the folder may not be written.
    """
    data, drawn = folder / f"{record.name}.json", folder / f"{record.name}.svg"
    try:
        write_text(data, json.dumps(record.as_dict(), indent=2) + "\n")
        write_text(drawn, picture(record.findings.plot))
    except OSError as error:
        raise ExportError(f"{str(folder)!r} cannot be written: {error.strerror}", "Give another --out.") from None
    return data, drawn
