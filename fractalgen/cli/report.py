"""Write the report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
    watch: Annotated[
        bool, typer.Option("--watch", help="While a search runs, write it again after each trial.")
    ] = False,
) -> None:
    """Write report.html, one file that opens offline; of a search also leaderboard.csv.

    Example: fractalgen report runs/digits
    """
    from fractalgen.report import watch_report, write_report

    if not watch:
        typer.echo(str(write_report(folder)))
        return
    try:
        for board in watch_report(folder):
            bound = f" of {board.target}" if board.target else ""
            typer.echo(f"{folder / 'report.html'}: {len(board.trials)}{bound} trials")
    except KeyboardInterrupt:
        typer.echo("stopped watching; the search goes on", err=True)
        raise typer.Exit(130) from None
