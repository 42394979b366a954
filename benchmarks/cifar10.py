"""Trainings on CIFAR-10, three seeds each, with the minutes that they take.

    python benchmarks/cifar10.py FOLDER [NAME...] [--seeds 3] [--out runs/cifar10]

FOLDER holds CIFAR-10 as parquet files. Each training is a run folder under --out: it goes on where it was killed, and
one that is finished is not run again. The figures go to `results/cifar10.json`, the table to standard output.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.spec import load
from fractalgen.training import Epoch, RunOptions, resolve_data, run_training

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "cifar10.json"
Row = dict[str, Any]
TEMPLATE, UNIT = HERE / "specs" / "template.yaml", HERE / "specs" / "template_unit.yaml"
ONE_CYCLE = ("train.schedule=one_cycle",)
PEAKS = (0.02, 0.04, 0.08)
"""Of one cycle, besides the .01 of the specs."""
TRAININGS: dict[str, tuple[Path, tuple[str, ...]]] = {
    "template": (TEMPLATE, ()),
    "template_unit": (UNIT, ()),
    "template_cycle": (TEMPLATE, ONE_CYCLE),
    "template_unit_cycle": (UNIT, ONE_CYCLE),
    **{f"template_cycle_{peak}": (TEMPLATE, (*ONE_CYCLE, f"train.lr={peak}")) for peak in PEAKS},
    **{f"template_unit_cycle_{peak}": (UNIT, (*ONE_CYCLE, f"train.lr={peak}")) for peak in PEAKS},
    "fast": (HERE.parent / "search_spaces" / "cifar10" / "fast.yaml", ()),
}
"""Name -> the spec, and what is changed in it."""

LEARN_NEARLY_ALL = (TEMPLATE, UNIT)
"""Nets of a paper whose code holds no training images back."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("names", nargs="*", default=list(TRAININGS), help=", ".join(TRAININGS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/cifar10"))
    given = parser.parse_args()
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in given.names:
        runs = [train(name, given.data, given.out / f"{name}-{seed}", seed) for seed in range(given.seeds)]
        found[name] = {"machine": machine(threads=torch.get_num_threads()), "runs": runs}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


def train(name: str, data: str, folder: Path, seed: int) -> Row:
    spec_file, settings = TRAININGS[name]
    metrics = folder / "metrics.json"
    if not metrics.exists():
        images = resolve_data(data)
        if spec_file in LEARN_NEARLY_ALL:
            images = images.model_copy(update={"val_fraction": 0.02})
        options = RunOptions(out=folder, data=images, seed=seed, on_epoch=show)
        run_training(load(spec_file, settings), options)
    record = json.loads(metrics.read_text())
    epochs = record["epochs"]
    return {
        "seed": seed,
        "epochs": len(epochs),
        "val_accuracy": epochs[-1]["val_accuracy"],
        "test_accuracy": record["test_accuracy"],
        "minutes": round(sum(epoch["seconds"] for epoch in epochs) / 60, 2),
    }


def show(epoch: Epoch) -> None:
    print(f"epoch {epoch.epoch}: val {epoch.val_accuracy:.4f}, {epoch.seconds:.0f} s", flush=True)


def table(found: Row) -> str:
    lines = [
        "| net | seeds | epochs | val accuracy | test accuracy | lowest to highest | minutes a run |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, record in found.items():
        runs = record["runs"]
        test = [run["test_accuracy"] for run in runs]
        val, minutes = (statistics.mean(run[key] for run in runs) for key in ("val_accuracy", "minutes"))
        figures = [
            f"{val:.4f}",
            f"{statistics.mean(test):.4f}",
            f"{min(test):.4f} to {max(test):.4f}",
            f"{minutes:.1f}",
        ]
        lines.append(" | ".join([f"| {name}", str(len(runs)), str(runs[0]["epochs"]), *figures]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
