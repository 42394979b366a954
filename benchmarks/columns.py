"""Columns of one network, with shared batch-norm statistics and with statistics of their own.

    python benchmarks/columns.py FOLDER [--seeds 3] [--images 12000] [--out runs/columns]

FOLDER holds CIFAR-10 as parquet files; trainings take the first images of the training set alone. Each training is a
run folder under --out: it goes on where it was killed, and one that is finished is not run again. After each run its
figures go to `results/columns.json`, the table to standard output. They are of the validation images, as a default is
chosen by them; the test images are not read.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand, facts
from fractalgen.spec import Spec, load
from fractalgen.training import (
    Epoch,
    EvaluationOptions,
    FitOptions,
    Images,
    Samples,
    evaluate_saved,
    fit,
    load_data,
    resolve_data,
)
from fractalgen.training.rows import Rows

HERE = Path(__file__).parent
SPEC = HERE / "specs" / "columns.yaml"
RESULTS = HERE / "results" / "columns.json"
VALIDATION = 0.06
BATCH = 128
CHOICES = ("shared", "per_column")
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, default=12_000, help="Training images.")
    parser.add_argument("--out", type=Path, default=Path("runs/columns"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    found = (
        json.loads(RESULTS.read_text()) if RESULTS.exists() else {"machine": machine(threads=1), "data": "", "runs": []}
    )
    for seed in range(given.seeds):
        for choice in CHOICES:
            if not any((run["batch_norm"], run["seed"]) == (choice, seed) for run in found["runs"]):
                run = train(choice, seed, given, given.out / f"{choice}-{seed}")
                found["data"] = run.pop("data_digest")
                found["runs"].append(run)
                RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found["runs"]))


def train(choice: str, seed: int, given: argparse.Namespace, folder: Path) -> Row:
    spec = load(SPEC, [f"drop_path.batch_norm={choice}", f"train.seed={seed}"])
    spec = spec.first().with_section("data", resolve_data(given.data).model_copy(update={"val_fraction": VALIDATION}))
    dataset = load_data(spec.data)
    chosen = limited(dataset.train, given.images)
    network = compile_graph(expand(spec), spec.drop_path, seed)
    score = fit(
        network, spec.train, replace(dataset, train=chosen), FitOptions(out=folder, on_epoch=show, device="cpu")
    )
    write_spec(spec, folder)
    return {
        "batch_norm": choice,
        "seed": seed,
        "images": len(chosen),
        "epochs": len(score.epochs),
        "minutes": round(score.seconds / 60, 2),
        "parameters": facts(network.graph).parameters,
        "data_digest": dataset.digest,
        "sections": sections(folder),
    }


def limited(images: Samples, count: int) -> Samples:
    """The first images alone; files of the hub are shuffled."""
    assert isinstance(images, Images)
    kept = torch.arange(len(images)) if images.rows.chosen is None else images.rows.chosen
    return replace(images, rows=Rows(images.rows.whole, kept[:count]), labels=images.labels[:count])


def write_spec(spec: Spec, folder: Path) -> None:
    (folder / "spec.yaml").write_text(spec.to_yaml())


def sections(folder: Path) -> list[Row]:
    """Accuracy of every column and of the whole network, in the order of the anytime curve."""
    options = EvaluationOptions(split="validation", batch=BATCH, device="cpu")
    keys = ("name", "macs", "accuracy", "recalibrated_accuracy")
    return [{key: getattr(point, key) for key in keys} for point in evaluate_saved(folder, options).anytime]


def show(epoch: Epoch) -> None:
    print(f"epoch {epoch.epoch}: val {epoch.val_accuracy:.4f}, {epoch.seconds:.0f} s", flush=True)


def table(runs: list[Row]) -> str:
    names = [section["name"] for section in runs[0]["sections"]]
    lines = [f"| statistics | {' | '.join(names)} | whole - best column |", "|---" * (len(names) + 2) + "|"]
    for choice in CHOICES:
        chosen = [run for run in runs if run["batch_norm"] == choice]
        for kind, key in (("as trained", "accuracy"), ("recalibrated", "recalibrated_accuracy")):
            lines.append(f"| {choice}, {kind} | {' | '.join(cells(chosen, key))} |")
    return "\n".join(lines)


def cells(runs: list[Row], key: str) -> Iterator[str]:
    """Mean of the seeds, and the lowest and highest of them, in per cent; the last cell is the gap, in points."""
    rows = [{section["name"]: 100 * section[key] for section in run["sections"]} for run in runs]
    for name in rows[0]:
        yield spread([row[name] for row in rows])
    yield spread([row["whole"] - max(value for name, value in row.items() if name != "whole") for row in rows])


def spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    main()
