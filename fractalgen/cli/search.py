"""Search the holes of a spec."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fractalgen.cli._options import AsJson, DataName, File, Out, Sets, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from fractalgen.search import Leaderboard


def run(
    file: File,
    out: Out,
    sets: Sets = None,
    data: DataName = None,
    trials: Annotated[int | None, typer.Option(min=1, help="How many trials the study ends with.")] = None,
    executor: Annotated[str | None, typer.Option(help="inline, process or ray.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Trials at a time.")] = None,
    address: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="A Ray cluster that runs.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the sampler.")] = None,
    warm_start: Annotated[Path | None, typer.Option(metavar="DIR", help="Another run to begin with.")] = None,
    storage: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A PostgreSQL database for several drivers; see docs/several-drivers.md."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search the holes of a spec; kill it at any time, the same command goes on.

    Example: fractalgen search search_spaces/digits.yaml --out runs/digits --trials 24
    """
    from rich.console import Console

    from fractalgen.cli.live import LiveTable
    from fractalgen.search import SearchOptions, run_search
    from fractalgen.spec import load
    from fractalgen.training import resolve_data

    spec = load(file, sets or [])
    with LiveTable(Console(stderr=True, markup=False)) as live:
        options = SearchOptions(
            trials=trials,
            executor=executor,
            workers=workers,
            address=address,
            seed=seed,
            warm_start=warm_start,
            data=resolve_data(data) if data else None,
            observer=live,
            storage=storage,
            say=partial(typer.echo, err=True),
        )
        try:
            board = run_search(spec, out, options)
        except KeyboardInterrupt:
            typer.echo(f"stopped; the same command goes on with {out}", err=True)
            raise typer.Exit(130) from None
    _finish(out, board, as_json)


def _finish(out: Path, board: Leaderboard, as_json: bool) -> None:
    """Write the report, and print what was found."""
    from rich.console import Console

    from fractalgen.report import finish_search
    from fractalgen.search.machines.proposal import propose

    paths = finish_search(out)
    if as_json:
        print_json(board.to_json())
    else:
        _print(Console(markup=False), board, paths, propose(out))


def _print(console: Console, board: Leaderboard, paths: Sequence[Path], proposal: str) -> None:
    from rich.table import Table

    from fractalgen.cli.live import choices, figure

    table = Table(box=None, header_style="bold")
    metrics = [objective.metric for objective in board.objectives]
    for heading in ("trial", *metrics, "front", "choices"):
        table.add_column(heading, justify="left" if heading == "choices" else "right")
    front = {row.number for row in board.front}
    for row in board.ranked[:10]:
        values = [figure(row.final[metric]) for metric in metrics]
        table.add_row(str(row.number), *values, "*" if row.number in front else "", choices(row.params))
    console.print(table)
    repeats = sum(row.cached for row in board.trials)
    pruned = sum(not row.complete for row in board.trials)
    counts = f"{len(board.trials)} trials, {repeats} answered from the cache, {pruned} pruned, {board.epochs:,} epochs"
    console.print(counts, highlight=False)
    for row in board.trials:
        why = [row.reason] if row.complete and row.reason else []
        for problem in () if row.cached else (*why, *row.problems):
            console.print(f"trial {row.number}: {problem}", highlight=False, soft_wrap=True)
    if board.kendall_tau is not None:
        alone = sum(bool(row.alone) for row in board.trials)
        text = f"{alone} networks trained alone; Kendall's tau of shared weights with them: {board.kendall_tau:.2f}"
        console.print(text, highlight=False)
    if board.test_accuracy is not None:
        console.print(f"test accuracy of the best network: {board.test_accuracy:.4f}", highlight=False)
    if proposal:
        console.print(proposal, highlight=False, soft_wrap=True)
    for path in paths:
        console.print(f"open {path}", highlight=False, soft_wrap=True)
