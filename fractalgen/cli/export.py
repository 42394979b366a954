"""Write a trained network in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.", show_default=False)],
    file_format: Annotated[str, typer.Option("--format", help="onnx, torch-export, python or safetensors.")] = "python",
    column: Annotated[
        int | None, typer.Option("--column", metavar="K", help="One column, counted from 1.", show_default=False)
    ] = None,
) -> None:
    """Write a trained network, or one column of it: ONNX, torch.export, plain Python source, or its weights.

    ONNX and torch.export files take any batch size and are compared with the network once written; the Python source
    needs torch alone; all three evaluate without drop-path.

    Example: fractalgen export runs/digits --format onnx --column 2 -o column.onnx
    """
    from fractalgen.compiler.exporters import EXPORTERS
    from fractalgen.compiler.saved import check_target, load_saved

    write = EXPORTERS.get(file_format)
    check_target(folder, output)
    _, network = load_saved(folder)
    told = write(network if column is None else network.column(column), output)
    typer.echo(str(output))
    if told:
        typer.echo(told)
