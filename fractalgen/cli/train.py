"""Train a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fractalgen.cli._options import AsJson, DataName, File, Out, Sets, load_plain, print_json

if TYPE_CHECKING:
    from fractalgen.training import Epoch, Run


def run(
    file: File,
    out: Out,
    sets: Sets = None,
    data: DataName = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training images.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights, order, augmentation and drops.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network, and evaluate it once on the test images.

    Example: fractalgen train search_spaces/cifar10/fractalnet20-narrow.yaml --data cifar10 --epochs 5 --out runs/narrow
    """
    from fractalgen.training import RunOptions, resolve_data, run_training

    spec, _ = load_plain(file, sets)
    chosen = resolve_data(data) if data else None
    done = run_training(spec, RunOptions(out, chosen, epochs, seed, on_epoch=_print_epoch))
    if as_json:
        print_json(done.as_dict())
    else:
        _print(done, out)


def _print_epoch(record: Epoch) -> None:
    typer.echo(
        f"epoch {record.epoch}  train loss {record.train_loss:.4f}  val accuracy {record.val_accuracy:.4f}"
        f"  {record.seconds:.1f} s",
        err=True,
    )


def _print(done: Run, out: Path) -> None:
    typer.echo(f"test accuracy {done.test.accuracy:.4f}")
    for column in done.columns:
        typer.echo(f"column {column.index}  accuracy {column.accuracy:.4f}")
    typer.echo(f"wrote {out}")
