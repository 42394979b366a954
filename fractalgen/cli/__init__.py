"""Words typed -> one stage called, facts printed; one file a verb, no logic."""

from __future__ import annotations

import sys

import typer

from fractalgen.cli import (
    analyze,
    check,
    doctor,
    draw,
    enumerate,
    evaluate,
    export,
    list,
    new,
    report,
    schema,
    search,
    show,
    train,
)

app = typer.Typer(
    name="fractalgen",
    help="Write a deep network as a recursive rule in YAML; check, cost, draw, train and search it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

for verb in (check, show, draw, enumerate, train, evaluate, analyze, search, report, export, list, schema, new, doctor):
    app.command(verb.__name__.rpartition(".")[2])(verb.run)


def main() -> None:
    """Run the command line: a user's mistake prints one message and exits 2."""
    from fractalgen.errors import FractalGenError

    try:
        app()
    except FractalGenError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'a file'!r} cannot be used: {error.strerror}. Give another path.\n")
        sys.exit(2)
