"""Look inside a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fractalgen.cli._options import AsJson, DataName, Sets, print_json

if TYPE_CHECKING:
    from fractalgen.analyses.findings import Findings
    from fractalgen.analyses.run import Record


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An analysis; `fractalgen list` has all.")],
    place: Annotated[
        Path, typer.Argument(metavar="RUN_OR_SPEC", help="Folder of a run, or a spec, which is not trained.")
    ],
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE",
            help="What to look at: a tap, the path of a node or rule call, every-tap, every-layer, every-call, "
            "every-column, every-branch, every-node, or every-conv and the like; may be given again.",
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An option of the analysis; may be given again."),
    ] = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the weights of a spec that is not trained.")] = None,
    data: DataName = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A new folder for the findings; those of a run lie in its own folder.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look inside a network: the trained one of a run, or the untrained one of a spec. The test data stay unread.

    Example: fractalgen analyze probes runs/narrow --at every-conv --option features=flattened
    """
    from fractalgen.analyses.options import read_options
    from fractalgen.analyses.run import analyse, make_analysis

    analysis = make_analysis(name, read_options(at or [], option or []))

    from fractalgen.analyses.subject import SubjectOptions, load_subject
    from fractalgen.report.keep_findings import findings_folder, keep_findings
    from fractalgen.training import resolve_data

    folder = findings_folder(place, out)
    chosen = resolve_data(data) if data else None
    record = analyse(name, analysis, load_subject(place, SubjectOptions(chosen, tuple(sets or ()), seed)))
    if as_json:
        print_json(record.as_dict())
    else:
        typer.echo("\n".join(_lines(record)))
    for path in keep_findings(folder, record) if folder is not None else ():
        typer.echo(f"wrote {path}", err=as_json)


def _lines(record: Record) -> Iterator[str]:
    yield f"{record.name} of {record.subject['name']}, {_state(record)}"
    yield from _table(record.findings)
    for name, value in record.findings.figures.items():
        yield f"{name.replace('_', ' ')}: {_cell(value)}"
    yield from record.findings.notes


def _state(record: Record) -> str:
    return "trained" if record.subject["trained"] else f"not trained, seed {record.subject['seed']}"


def _table(findings: Findings) -> Iterator[str]:
    if not findings.rows:
        return
    names = [each.name for each in fields(findings.rows[0])]
    lines = [[name.replace("_", " ") for name in names]]
    lines += [[_cell(getattr(row, name)) for name in names] for row in findings.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        yield "  ".join([f"{first:<{widths[0]}}", *_right(rest, widths[1:])])


def _right(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    return (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return " ".join(map(_cell, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
