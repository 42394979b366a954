"""List what can be named."""

from __future__ import annotations

import typer

from fractalgen.cli._options import AsJson, print_json


def run(as_json: AsJson = False) -> None:
    """List what a spec can name (words, rules, ops, joins, connections), and the analyses; those of plugins too.

    Example: fractalgen list
    """
    from fractalgen.analyses import ANALYSES
    from fractalgen.ir.builtin_rules import builtin_library, builtin_names
    from fractalgen.ir.buses import CONNECTIONS
    from fractalgen.ir.joins import JOINS
    from fractalgen.ir.ops import OPS
    from fractalgen.ir.schema_forms import first_line, words

    found = {
        "words": {name: form["description"] for name, form in words().items()},
        "rules": {name: builtin_library(name).rules[name].description for name in builtin_names()},
        "ops": {name: first_line(OPS.get(name)) for name in OPS},
        "joins": {name: first_line(JOINS.get(name)) for name in JOINS},
        "connections": {name: first_line(CONNECTIONS.get(name)) for name in CONNECTIONS},
        "analyses": {name: first_line(ANALYSES.get(name)) for name in ANALYSES},
    }
    if as_json:
        print_json(found)
        return
    width = max(len(name) for entries in found.values() for name in entries)
    for kind, entries in found.items():
        typer.echo(kind)
        for name, line in entries.items():
            typer.echo(f"  {name:<{width}}  {line}")
