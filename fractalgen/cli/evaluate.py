"""Evaluate a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fractalgen.cli._options import AsJson, DataName, print_json


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
    columns: Annotated[bool, typer.Option("--columns", help="Evaluate each column alone as well.")] = False,
    data: DataName = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a trained network on the test images.

    Example: fractalgen evaluate runs/narrow --columns
    """
    from fractalgen.training import evaluate_saved, resolve_data

    found = evaluate_saved(folder, resolve_data(data) if data else None, columns=columns).as_dict()
    if as_json:
        print_json(found)
        return
    full = found["full"]
    typer.echo(f"{'':<10}{'accuracy':>10}{'ms':>10}{'MACs':>16}")
    for name, row in (("whole", full), *((f"column {row['index']}", row) for row in found["columns"])):
        typer.echo(f"{name:<10}{row['accuracy']:>10.4f}{row['latency_ms']:>10.2f}{row['macs']:>16,}")
