"""Enumerate the distinct architectures of a space, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fractalgen.cli._options import AsJson, File, Sets, print_json


def run(
    file: File,
    sets: Sets = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many distinct ones.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the spec of each into this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count the architectures of a space: points, those that build, distinct ones.

    Example: fractalgen enumerate search_spaces/digits.yaml --limit 100 --out specs
    """
    from fractalgen.atomic import write_text
    from fractalgen.errors import ExportError
    from fractalgen.passes import Enumeration
    from fractalgen.spec import load

    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExportError(f"{str(out)!r} exists and is no empty folder", "Give another --out.")
    found = Enumeration(load(file, sets or []))
    for architecture in found:
        if out is not None:
            write_text(
                out / f"{found.distinct:06d}-{architecture.fingerprint[:12]}.yaml",
                architecture.spec.to_yaml(),
            )
        if found.distinct == limit:
            break
    counts = {
        "raw": found.spec.space.raw,
        "visited": found.visited,
        "buildable": found.buildable,
        "distinct": found.distinct,
        "complete": found.complete,
    }
    if as_json:
        print_json(counts)
    else:
        typer.echo("   ".join(f"{key} {_in_words(value)}" for key, value in counts.items()))


def _in_words(value: object) -> str:
    from fractalgen.spec.wording import show

    return f"{value:,}" if type(value) is int else show(value)
