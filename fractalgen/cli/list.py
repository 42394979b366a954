"""List what a spec can name."""

from __future__ import annotations

import inspect

import typer

from fractalgen.cli._options import AsJson, print_json


def run(as_json: AsJson = False) -> None:
    """List rules, ops and joins with a line each.

    Example: fractalgen list
    """
    from fractalgen.ir.builtin_rules import builtin_library, builtin_names
    from fractalgen.ir.joins import JOINS
    from fractalgen.ir.ops import OPS

    found = {
        "rules": {name: builtin_library(name).rules[name].description for name in builtin_names()},
        "ops": {name: _first_line(OPS.get(name)) for name in OPS},
        "joins": {name: _first_line(JOINS.get(name)) for name in JOINS},
    }
    if as_json:
        print_json(found)
        return
    for kind, entries in found.items():
        typer.echo(kind)
        for name, line in entries.items():
            typer.echo(f"  {name:<18}{line}")


def _first_line(part: type) -> str:
    return (inspect.getdoc(part) or "").splitlines()[0]
