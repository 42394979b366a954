"""Print the JSON Schema of spec files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fractalgen.cli._options import print_json


def run(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A spec whose own rules are known.")] = None,
) -> None:
    """Print the JSON Schema of spec files, for the YAML language server of your editor.

    Put `# yaml-language-server: $schema=fractalgen.schema.json` on the first line of a spec.

    Example: fractalgen schema > fractalgen.schema.json
    """
    from fractalgen.ir.schema import schema
    from fractalgen.spec import load

    print_json(schema(load(file) if file is not None else None))
