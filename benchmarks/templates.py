"""30 networks of the template space, drawn by a seed, the cheapest first: five epochs of CIFAR-10 each.

    python benchmarks/templates.py FOLDER [--time 90m] [--out runs/templates] [--set PATH=VALUE ...]

FOLDER holds CIFAR-10 as parquet files. It is the search that `search_spaces/cifar10/templates.yaml` describes: it
prints the draw with its costs before anything is trained, begins no network after `--time`, and goes on where it was
stopped. The figures go to `results/templates.json`, the table to standard output. They are of the validation images;
the test images are read once, for the best network.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from functools import partial
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.errors import Place
from fractalgen.search import EpochReport, Leaderboard, Row, SearchOptions, Silent, run_search
from fractalgen.search.candidate import realize
from fractalgen.search.constraints import read_constraint
from fractalgen.search.results.run_folder import RunFolder, read_json
from fractalgen.search.samplers import Survey
from fractalgen.search.samplers.random import Random
from fractalgen.spec import Spec, load
from fractalgen.spec.tree import tree_of
from fractalgen.training import resolve_data

HERE = Path(__file__).parent
SPEC = HERE.parent / "search_spaces" / "cifar10" / "templates.yaml"
RESULTS = HERE / "results" / "templates.json"
UNITS, COLUMNS, UNIT = "foreach.over.width", "fractal.columns", "fractal.unit.sequence"
Record = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--time", default="90m", help="No network begins later.")
    parser.add_argument("--out", type=Path, default=Path("runs/templates"))
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    given = parser.parse_args()
    spec = load(SPEC, [f"search.time={given.time}", "search.threads=1", *given.set])
    drawn = draw(spec)
    print(*(f"{index}: {in_words(each)}" for index, each in enumerate(drawn)), sep="\n", flush=True)
    options = SearchOptions(data=resolve_data(given.data), executor="inline", observer=Told())
    board = run_search(spec, given.out, options)
    found = result(spec, drawn, board, given.out)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


class Told(Silent):
    """Prints every epoch."""

    def epoch_finished(self, number: int, report: EpochReport) -> None:
        """Print it."""
        accuracy = report.metrics["val_accuracy"]
        print(f"network {number}, epoch {report.epoch}: validation accuracy {accuracy:.4f}", flush=True)


def draw(spec: Spec) -> list[Record]:
    """Return the networks that the search will try, in their order."""
    assert spec.search is not None
    search = spec.search
    bounds = tuple(read_constraint(name, tree_of(bound, Place())) for name, bound in search.constraints.items())
    survey = Survey(spec.space, partial(realize, spec, data_digest=""), search.trials or 0, search.seed, bounds)
    sampler = Random.model_validate(search.sampler["random"]).prepare(survey)
    return [record(spec, point) for point in sampler.points]


def record(spec: Spec, point: Any) -> Record:
    candidate = realize(spec, point, "")
    figures = {name: int(candidate.figures[name]) for name in ("parameters", "macs", "depth")}
    return {**choices(spec.space.labels(point)), **figures, "fingerprint": candidate.fingerprint}


def choices(params: Any) -> Record:
    by_end = {end: value for name, value in params.items() for end in (UNITS, COLUMNS, UNIT) if name.endswith(end)}
    unit = re.sub(r"\{(\w+): \{.*?\}\}", r"\1", by_end[UNIT].strip("[]"))
    return {"units": by_end[UNITS].count(",") + 1, "columns": by_end[COLUMNS], "unit": unit}


def in_words(each: Record) -> str:
    shape = f"{each['units']} units, {each['columns']} columns of {each['unit']}"
    return f"{shape}: {each['parameters']:,} parameters, {each['macs']:,} MACs"


def result(spec: Spec, drawn: list[Record], board: Leaderboard, out: Path) -> Record:
    """Return every network of the draw with what its training gave; those that were not begun have no state."""
    trials = {row.fingerprint: row for row in board.trials}
    networks = [{**each, **outcome(trials.get(each["fingerprint"]), out)} for each in drawn]
    accuracies = [each["val_accuracy"][-1] for each in networks if each.get("state") == "complete"]
    summary = {
        "drawn": len(drawn),
        "trained": len(accuracies),
        "mean": statistics.mean(accuracies),
        "deviation": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        "best": max(accuracies),
        "worst": min(accuracies),
        "test_accuracy_of_best": board.test_accuracy,
    }
    recipe = json.loads(spec.first().train.model_dump_json())
    return {
        "machine": machine(threads=torch.get_num_threads()),
        "recipe": recipe,
        "summary": summary,
        "networks": networks,
    }


def outcome(row: Row | None, out: Path) -> Record:
    if row is None:
        return {}
    known = read_json(RunFolder(out).trial(row.number) / "metrics.json") or {}
    history = [epoch["val_accuracy"] for epoch in known.get("history", ())]
    return {"state": row.state, "reason": row.reason, "val_accuracy": history, "minutes": round(row.seconds / 60, 2)}


def table(found: Record) -> str:
    heading = "| blocks | columns | unit | parameters | MACs, million | accuracy after each epoch | minutes |"
    lines = [heading, "|---" * 7 + "|"]
    for each in found["networks"]:
        accuracy = " ".join(f"{value:.3f}" for value in each.get("val_accuracy", ())) or each.get("reason", "")
        minutes = f"{each['minutes']:.1f}" if "minutes" in each else ""
        shape = f"| {each['units']} | {each['columns']} | {each['unit']} | {each['parameters']:,} "
        lines.append(f"{shape}| {each['macs'] / 1e6:,.1f} | {accuracy} | {minutes} |")
    return "\n".join([*lines, json.dumps(found["summary"])])


if __name__ == "__main__":
    main()
