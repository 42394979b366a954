"""Train a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fractalgen.cli._options import AsJson, DataName, File, Out, Sets, load_plain, print_json

if TYPE_CHECKING:
    from fractalgen.training import Run


def run(
    file: File,
    out: Out,
    sets: Sets = None,
    data: DataName = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training images.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights, order, augmentation and drops.")] = None,
    log: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="tensorboard or mlflow; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network, and evaluate it once on the test images.

    Kill it at any time: the same command goes on. On two GPUs: torchrun --nproc-per-node 2 -m fractalgen train ...

    Example: fractalgen train search_spaces/cifar10/fractalnet20-narrow.yaml --data cifar10 --epochs 5 --out runs/narrow
    """
    from rich.console import Console

    from fractalgen.cli.live_training import LiveTraining
    from fractalgen.training import RunOptions, is_first, resolve_data, run_training

    spec, _ = load_plain(file, sets)
    chosen = resolve_data(data) if data else None
    with LiveTraining(Console(stderr=True, quiet=not is_first())) as live:
        options = RunOptions(
            out, chosen, epochs, seed, on_epoch=live.on_epoch, on_step=live.on_step, log=tuple(log or ())
        )
        try:
            done = run_training(spec, options)
        except KeyboardInterrupt:
            typer.echo(f"stopped; the same command goes on with {out}", err=True)
            raise typer.Exit(130) from None
    if not is_first():
        return
    if as_json:
        print_json(done.as_dict())
    else:
        _print(done, out)


def _print(done: Run, out: Path) -> None:
    typer.echo(f"test accuracy {done.test.accuracy:.4f}")
    for name, value in done.test.figures.items():
        typer.echo(f"test {name} {value:.4f}")
    for column in done.columns:
        typer.echo(f"column {column.index}  accuracy {column.accuracy:.4f}")
    for problem in done.score.guards.problems:
        typer.echo(f"guard: {problem}")
    typer.echo(f"wrote {out}")
