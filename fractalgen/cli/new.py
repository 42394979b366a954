"""Write a starter file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
) -> None:
    """Write a commented spec to start from.

    Example: fractalgen new mine.yaml
    """
    from fractalgen.search_spaces import write_starter

    write_starter(file)
    typer.echo(f"wrote {file}; try: fractalgen show {file}")
