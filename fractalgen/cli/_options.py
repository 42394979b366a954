"""Arguments and options that several verbs share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fractalgen.spec import Spec

File = Annotated[Path, typer.Argument(metavar="FILE", help="A spec in YAML.", show_default=False)]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Replace a value or fill a hole; may be given again."),
]
Input = Annotated[str | None, typer.Option("--input", metavar="C,H,W", help="Another input shape.", show_default=False)]
_LARGEST = 1_000_000
Out = Annotated[Path, typer.Option("--out", help="The run's folder; an earlier run in it goes on.", show_default=False)]
DataName = Annotated[str | None, typer.Option("--data", help="digits, a folder, or SOURCE:FOLDER; see docs/data.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def load_plain(file: Path, sets: list[str] | None, input_shape: str | None = None) -> tuple[Spec, dict[str, Any]]:
    """Return the spec with its holes at their first values, and what was filled in."""
    from fractalgen.spec import load

    spec = load(file, [*(sets or []), *_input(input_shape)])
    return spec.first(), spec.space.labels(spec.space.first())


def _input(text: str | None) -> list[str]:
    from fractalgen.errors import ParameterError, Place

    if text is None:
        return []
    sizes = text.split(",")
    if not 1 <= len(sizes) <= 3 or not all(size.strip().isdecimal() and 1 <= int(size) <= _LARGEST for size in sizes):
        message = f"must be one to three whole numbers, each 1 to {_LARGEST:,}, found {text!r}"
        raise ParameterError(message, "Write --input 3,64,64.", Place("--input"))
    return [f"network.input={[int(size) for size in sizes]}"]


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(document, indent=2, default=str))
