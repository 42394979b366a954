"""Evaluate a trained network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fractalgen.cli._options import AsJson, DataName, print_json

if TYPE_CHECKING:
    from fractalgen.training import Evaluation, SectionScore

_HEADINGS = ("", "accuracy", "recalibrated", "loss", "ECE", "ms", "95 %", "ms a batch", "95 %", "MACs", "parameters")
_WIDTHS = (10, 10, 14, 8, 8, 9, 9, 12, 9, 15, 13)


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A training run, or a search.", show_default=False)],
    columns: Annotated[bool, typer.Option(help="Evaluate each column alone as well.")] = True,
    split: Annotated[
        Literal["test", "validation"], typer.Option(help="validation leaves the test images unread.")
    ] = "test",
    recalibrate: Annotated[
        int, typer.Option(metavar="N", min=0, help="Training batches that batch norm is recalibrated on; 0 not to.")
    ] = 20,
    batch: Annotated[int, typer.Option(metavar="N", min=1, max=1_000_000, help="Images a pass.")] = 500,
    data: DataName = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a trained network and each of its columns on the test images, and keep it in the run's folder.

    Example: fractalgen evaluate runs/narrow
    """
    from fractalgen.report.keep_evaluation import keep_evaluation
    from fractalgen.training import EvaluationOptions, evaluate_saved, resolve_data

    chosen = resolve_data(data) if data else None
    options = EvaluationOptions(chosen, split, columns=columns, recalibrate=recalibrate, batch=batch)
    found = evaluate_saved(folder, options)
    if as_json:
        print_json(found.as_dict())
    else:
        typer.echo("\n".join(_lines(found)))
    for path in keep_evaluation(folder, found.as_dict()):
        typer.echo(f"wrote {path}", err=as_json)


def _lines(found: Evaluation) -> Iterator[str]:
    setting = found.setting
    yield f"{setting.split}: {setting.samples:,} samples, {setting.threads} threads, {setting.device}"
    yield _line(_HEADINGS)
    for score in (found.full, *found.columns):
        yield _line(_cells(score))
    if setting.recalibration is not None:
        yield "recalibrated: batch norm measured again on {:,} training batches of {:,}".format(*setting.recalibration)
    for problem in found.guards.problems:
        yield f"guard: {problem}"


def _cells(score: SectionScore) -> tuple[str, ...]:
    costs, again = score.costs, score.recalibrated
    times = (costs.single.median_ms, costs.single.p95_ms, costs.batched.median_ms, costs.batched.p95_ms)
    return (
        score.name,
        f"{score.raw.accuracy:.4f}",
        "" if again is None else f"{again.accuracy:.4f}",
        f"{score.raw.loss:.4f}",
        f"{score.raw.calibration_error:.4f}",
        *(f"{time:.2f}" for time in times),
        f"{costs.macs:,}",
        f"{costs.parameters:,}",
    )


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = (f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"{first.strip():<{_WIDTHS[0]}}{''.join(rest)}".rstrip()
