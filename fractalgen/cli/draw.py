"""Draw a network as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fractalgen.cli._options import File, Input, Sets, load_plain


def run(
    file: File,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="Picture: .svg, .png, .pdf, .dot or .html.", show_default=False),
    ],
    sets: Sets = None,
    input_shape: Input = None,
) -> None:
    """Draw a network: columns side by side, depth downwards, joins as bars.

    Example: fractalgen draw search_spaces/cifar10/fractalnet20.yaml -o fractalnet20.svg
    """
    from fractalgen.passes import expand
    from fractalgen.visualize import draw

    spec, _ = load_plain(file, sets, input_shape)
    typer.echo(str(draw(expand(spec), output)))
