"""Show what a network is: shapes, parameters, MACs, columns, without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fractalgen.cli._options import AsJson, File, Input, Sets, load_plain, print_json

if TYPE_CHECKING:
    from fractalgen.passes import Facts


def run(
    file: File,
    sets: Sets = None,
    input_shape: Input = None,
    stage: Annotated[
        str | None,
        typer.Option(help="Print one stage instead: rules, ops, simplified, cost, columns or fingerprint."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show parameters, MACs, depth and columns of a network.

    Holes take their first value unless --set fills them.

    Example: fractalgen show search_spaces/cifar10/fractalnet20.yaml
    """
    from fractalgen.passes import expand, facts
    from fractalgen.passes.stages import stage_text

    if stage is not None and as_json:
        raise typer.BadParameter("--stage prints text; leave out --json")
    spec, filled = load_plain(file, sets, input_shape)
    if stage is not None:
        typer.echo(stage_text(spec, stage))
        return
    found = facts(expand(spec))
    if as_json:
        print_json({**found.as_dict(), "filled": filled})
    else:
        _print(found, filled)


def _print(found: Facts, filled: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.name)}[/bold]  {found.fingerprint[:12]}")
    console.print(f"parameters {found.parameters:,}   MACs {found.macs:,}   activations {found.activations:,}")
    console.print(
        f"depth {found.depth}   shortest path {found.shortest_path}   receptive field {found.receptive_field}"
    )
    console.print(f"bytes a sample: evaluation {found.ordered_memory:,} (as written {found.peak_memory:,})")
    console.print(f"bytes a sample: training {found.training_memory:,}")
    console.print(f"nodes {found.nodes:,}   joins {found.joins:,}   outputs {', '.join(found.outputs)}")
    for name, value in filled.items():
        console.print(f"hole {name} = {value}", markup=False)
    if len(found.columns) > 1:
        table = Table(box=None, header_style="bold")
        for heading in ("column", "depth", "parameters", "MACs", "conv parameters", "conv MACs"):
            table.add_column(heading, justify="right")
        for column in found.columns:
            numbers = (column.index, column.depth, column.parameters, column.macs)
            table.add_row(*(f"{n:,}" for n in (*numbers, column.conv_parameters, column.conv_macs)))
        console.print(table)
