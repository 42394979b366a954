"""Write the report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
) -> None:
    """Write report.html: one file that opens offline.

    Example: fractalgen report runs/digits
    """
    from fractalgen.report import write_report

    typer.echo(str(write_report(folder)))
