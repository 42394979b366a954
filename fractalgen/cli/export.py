"""Write a trained network in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.", show_default=False)],
    file_format: Annotated[str, typer.Option("--format", help="python or safetensors.")] = "python",
) -> None:
    """Write a trained network as plain Python source that needs only torch, or its weights.

    Example: fractalgen export runs/digits --format python -o network.py
    """
    from fractalgen.compiler.exporters import EXPORTERS
    from fractalgen.compiler.saved import check_target, load_saved

    write = EXPORTERS.get(file_format)
    check_target(folder, output)
    _, network = load_saved(folder)
    write(network, output)
    typer.echo(str(output))
