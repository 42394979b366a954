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
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def load_plain(file: Path, sets: list[str] | None, input_shape: str | None = None) -> tuple[Spec, dict[str, Any]]:
    """Return the spec with its holes at their first values, and what was filled in."""
    from fractalgen.spec import load

    overrides = [*(sets or []), *([f"network.input=[{input_shape}]"] if input_shape else [])]
    spec = load(file, overrides)
    return spec.first(), spec.space.labels(spec.space.first())


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(document, indent=2, default=str))
