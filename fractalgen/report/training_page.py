"""A training run as a page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from fractalgen.report.evaluation_page import evaluation_sections, problems
from fractalgen.report.evaluation_record import read_evaluation
from fractalgen.report.page import folded, listing, page, seconds, section, share, side_by_side, tiles
from fractalgen.report.picture import picture
from fractalgen.report.records import read_optional
from fractalgen.report.training_run import ColumnScore, Epoch, TrainingRun
from fractalgen.run_files import LOCK, SPEC
from fractalgen.visualize import Axis, Series, curves
from fractalgen.visualize.render_html import table

_HEADINGS = {"depth": "depth", "parameters": "parameters", "macs": "MACs", "latency_ms": "latency, ms"}
_COLUMNS_NOTE = "Each column alone, with the same head. `fractalgen evaluate` measures more."
_GUARDS_NOTE = "What goes wrong silently elsewhere."


def training_page(folder: Path, run: TrainingRun) -> str:
    """Return the report of a training run as HTML."""
    drawn = picture(folder, "network.svg")
    evaluation = read_evaluation(folder)
    return page(
        run.name or folder.name,
        f"Training run: {len(run.epochs)} epochs",
        [
            tiles(_headline(run)),
            side_by_side(
                section("Validation accuracy", _curve(run, {"validation": "val_accuracy"}, "validation accuracy")),
                section("Loss", _curve(run, {"training": "train_loss", "validation": "val_loss"}, "loss")),
            ),
            section("What the guards found", problems(run.guards.problems), _GUARDS_NOTE),
            *([] if evaluation is None else evaluation_sections(evaluation)),
            section("Columns", "" if evaluation else table(_columns(run.columns)), _COLUMNS_NOTE),
            section("The network", f'<div class="picture">{drawn}</div>' if drawn else ""),
            section("Spec", listing(read_optional(folder / SPEC), SPEC)),
            folded(LOCK, listing(read_optional(folder / LOCK), LOCK)),
        ],
    )


def _headline(run: TrainingRun) -> Iterable[tuple[str, str]]:
    if run.test_accuracy is not None:
        yield "test accuracy", share(run.test_accuracy)
    measured = [epoch.val_accuracy for epoch in run.epochs if epoch.val_accuracy is not None]
    if measured:
        yield "last validation accuracy", share(measured[-1])
        yield "best validation accuracy", share(max(measured))
    yield "epochs", f"{len(run.epochs):,}"
    yield "time", seconds(sum(epoch.seconds for epoch in run.epochs))


def _curve(run: TrainingRun, names: dict[str, str], title: str) -> str:
    series = [Series(name, tuple(_value(epoch, key) for epoch in run.epochs)) for name, key in names.items()]
    measured = [each for each in series if any(map(math.isfinite, each.values))]
    if not measured:
        return ""
    return f'<div class="plot">{curves(measured, Axis("epoch"), Axis(title))}</div>'


def _value(epoch: Epoch, key: str) -> float:
    value = getattr(epoch, key)
    return math.nan if value is None else float(value)


def _columns(columns: tuple[ColumnScore, ...]) -> list[tuple[str, ...]]:
    """Return a table with a heading for each figure that some column has."""
    if not columns:
        return []
    known = [key for key in _HEADINGS if any(getattr(column, key) is not None for column in columns)]
    rows = [("column", "accuracy", *(_HEADINGS[key] for key in known))]
    rows += [
        (str(column.index), share(column.accuracy), *(_number(getattr(column, key)) for key in known))
        for column in columns
    ]
    return rows


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
