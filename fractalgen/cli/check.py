"""Check spec files: names, types, shapes and limits, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fractalgen.cli._options import AsJson, print_json

if TYPE_CHECKING:
    from fractalgen.errors import FractalGenError


def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Specs in YAML.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Check spec files: names, types, shapes and limits.

    Example: fractalgen check search_spaces/digits.yaml
    """
    from fractalgen.passes.check import check_file
    from fractalgen.search import check_names

    errors = [(file, error) for file in files for error in check_file(file, check_names)]
    if as_json:
        print_json({"ok": not errors, "errors": [_entry(file, error) for file, error in errors]})
    else:
        for _, error in errors:
            typer.echo(str(error), err=True)
        if not errors:
            typer.echo(f"{len(files)} file{'s' if len(files) > 1 else ''} checked, no errors")
    raise typer.Exit(2 if errors else 0)


def _entry(file: Path, error: FractalGenError) -> dict[str, Any]:
    place = error.place
    message = f"{error.message}. {error.hint}" if error.hint else error.message
    if place is None:
        return {"file": str(file), "line": 0, "column": 0, "path": "", "message": message}
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "message": message,
    }
