"""Draw a network as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fractalgen.cli._options import File, Input, Sets, load_plain

if TYPE_CHECKING:
    from fractalgen.ir.graph import Graph
    from fractalgen.visualize import Figure, Look

_FORMATS = "Picture: .svg, .png, .pdf, .dot, .mmd (Mermaid) or .html."
Level = Literal["rules", "ops", "collapsed"]
Colour = Literal["op", "column", "parameters", "macs", "time"]
Kind = Literal["local", "global", "mixed"]


def run(
    file: File,
    output: Annotated[Path, typer.Option("-o", "--output", help=_FORMATS, show_default=False)],
    sets: Sets = None,
    input_shape: Input = None,
    level: Annotated[Level, typer.Option(help="Rule calls, all ops, or as much as stays readable.")] = "collapsed",
    colour: Annotated[
        Colour, typer.Option("--colour", "--color", help="What colours tell; time is measured here, with torch.")
    ] = "op",
    drop_path: Annotated[
        Kind | None, typer.Option(help="Fade what is dropped; .svg and .html walk through mini-batches.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of drop-path.")] = 0,
    batches: Annotated[int, typer.Option(min=1, max=24, help="Mini-batches of drop-path.")] = 6,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another spec, drawn to the right.", show_default=False)
    ] = None,
    pass_name: Annotated[
        str | None, typer.Option("--pass", help="Draw it before and after a pass: simplify.", show_default=False)
    ] = None,
) -> None:
    """Draw a network: columns side by side, depth downwards, joins as bars.

    Example: fractalgen draw search_spaces/cifar10/fractalnet20.yaml -o fractalnet20.svg
    """
    from dataclasses import replace

    from fractalgen.passes import expand
    from fractalgen.visualize import Look, check_format, draw_batches, write

    check_format(output)
    if sum(given is not None for given in (drop_path, against, pass_name)) > 1:
        raise typer.BadParameter("--drop-path, --against and --pass are pictures of their own; give one of them")
    if (against or pass_name) and colour != "op":
        raise typer.BadParameter("--against and --pass have colours of their own; leave out --colour")
    spec, _ = load_plain(file, sets, input_shape)
    graph = expand(spec)
    look = Look(level, colour, _seconds(graph) if colour == "time" else {})
    if drop_path is not None:
        look = replace(look, batches=draw_batches(graph, spec.drop_path, drop_path, seed, batches))
    other = None if against is None else expand(load_plain(against, None, input_shape)[0])
    typer.echo(str(write(_picture(graph, look, other, pass_name), output)))


def _picture(graph: Graph, look: Look, other: Graph | None, pass_name: str | None) -> Figure:
    from fractalgen.visualize import before_and_after, compare, figure

    if other is not None:
        return compare(graph, other, look)
    return figure(graph, look) if pass_name is None else before_and_after(graph, pass_name, look)


def _seconds(graph: Graph) -> dict[int, float]:
    from fractalgen.compiler.node_seconds import node_seconds

    return node_seconds(graph)
